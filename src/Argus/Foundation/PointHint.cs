using System.Globalization;

namespace Argus;

/// <summary>What to say of a number that is written with a decimal comma.</summary>
internal static class PointHint
{
    /// <summary>"; write 0.6" for "0,6"; empty for what is no number with a comma.</summary>
    public static string For(string text)
    {
        var point = text.Replace(',', '.');
        return point != text && double.TryParse(point, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            ? $"; write {point}"
            : "";
    }
}
