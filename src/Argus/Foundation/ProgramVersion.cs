using System.Reflection;

namespace Argus;

/// <summary>The version and the commit that the program was built from.</summary>
public static class ProgramVersion
{
    /// <summary>Such as <c>0.1.0+4f2a…</c>.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion
        ?? "";
}
