namespace Argus.Web;

/// <summary>Makes a property of <see cref="ServeOptions"/> a setting.</summary>
/// <param name="name">As an option is spelled, without its dashes: <c>max-megabytes</c>.</param>
/// <param name="valueName">What help calls its value; empty for a switch.</param>
/// <param name="description">For help.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string name, string valueName, string description) : Attribute
{
    /// <summary>As an option is spelled, without its dashes.</summary>
    public string Name { get; } = name;

    /// <summary>What help calls its value; empty for a switch.</summary>
    public string ValueName { get; } = valueName;

    /// <summary>For help.</summary>
    public string Description { get; } = description;
}
