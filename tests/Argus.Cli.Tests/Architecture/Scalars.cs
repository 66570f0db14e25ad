using Mono.Cecil;

namespace Argus.Cli.Tests.Architecture;

/// <summary>
/// TorchSharp hands a number to libtorch as an object with a finalizer, and nothing keeps it alive while libtorch reads
/// it: now and then the call fails with "Unknown scalar type". Numbers that somebody holds are safe.
/// </summary>
internal static class Scalars
{
    private const string Scalar = "TorchSharp.Scalar";

    /// <summary>TorchSharp's methods that make such a number of a plain one that they are given.</summary>
    public static IReadOnlySet<string> Makers(string torchSharp)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(torchSharp, new ReaderParameters { InMemory = true });
        var methods = assembly
            .MainModule.Types.SelectMany(Architecture.Calls.AllTypes)
            .SelectMany(type => type.Methods);
        var called = methods
            .Where(method => method.HasBody)
            .ToLookup(
                Name,
                method => method.Body.Instructions.Select(each => each.Operand).OfType<MethodReference>().Select(Name)
            );
        var makers = methods
            .Where(method =>
                method.DeclaringType.FullName.StartsWith(Scalar, StringComparison.Ordinal)
                && method.IsStatic
                && method.ReturnType.FullName == Scalar
            )
            .Select(Name)
            .ToHashSet();
        // Also those that call one of them, however deep.
        bool grew;
        do
        {
            grew = false;
            foreach (var each in called.Where(each => each.SelectMany(calls => calls).Any(makers.Contains)))
                grew |= makers.Add(each.Key);
        } while (grew);
        return makers;
    }

    /// <summary>Calls of these methods in a built assembly.</summary>
    public static IEnumerable<Call> Calls(string assemblyFile, IReadOnlySet<string> makers) =>
        Architecture.Calls.Read(assemblyFile, Name).Where(call => makers.Contains(call.Method));

    private static string Name(MethodReference method) =>
        $"{method.DeclaringType.GetElementType().FullName}.{method.Name}"
        + $"({string.Join(", ", method.Parameters.Select(parameter => parameter.ParameterType.FullName))})";
}
