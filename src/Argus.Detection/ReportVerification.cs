using System.Globalization;
using System.Text.Json;

namespace Argus.Detection;

/// <summary>How a stored answer compares with the one that was computed anew.</summary>
public enum Agreement
{
    /// <summary>Every number is the same.</summary>
    Equal,

    /// <summary>Numbers differ by no more than other processors and versions make them.</summary>
    WithinTolerance,

    /// <summary>Something is another.</summary>
    Different,
}

/// <summary>A comparison of a stored answer with a new one.</summary>
/// <param name="Agreement">The outcome.</param>
/// <param name="Findings">What differs, largest first, in words.</param>
public sealed record ReportVerification(Agreement Agreement, IReadOnlyList<string> Findings)
{
    /// <summary>By how much a probability or a decimal logarithm may differ.</summary>
    public const double Tolerance = 2e-3;

    // They say when, where and with what an answer was computed, or follow from what is compared.
    private static readonly string[] Uncompared =
    [
        "video",
        "case",
        "program",
        "started_at",
        "finished_at",
        "evidence",
        "limits",
        "heatmap",
    ];

    private const int MostFindings = 20;

    private readonly record struct Difference(string Where, string What, double Size);

    /// <summary>Compares what two analyses found, wherever and whenever they were made.</summary>
    public static ReportVerification Compare(Analysis stored, Analysis computed)
    {
        var differences = new List<Difference>();
        Compare("", ToJson(stored), ToJson(computed), differences);
        var worst = differences.Count == 0 ? 0 : differences.Max(difference => difference.Size);
        List<string> findings =
        [
            .. differences
                .OrderByDescending(difference => difference.Size)
                .Take(MostFindings)
                .Select(difference => $"{difference.Where}: {difference.What}"),
        ];
        if (differences.Count > MostFindings)
            findings.Add($"and {differences.Count - MostFindings} more");
        if (differences.Count > 0 && stored.Program != computed.Program)
            findings.Add(
                $"the report was made by {Describe(stored.Program)}, this is {Describe(computed.Program)}: the last "
                    + "digits may differ between them"
            );
        return new ReportVerification(
            worst == 0 ? Agreement.Equal
                : worst <= Tolerance ? Agreement.WithinTolerance
                : Agreement.Different,
            findings
        );
    }

    private static string Describe(ProgramRecord? program) =>
        program is null ? "an earlier version" : $"{program.Argus} on {program.Processor}";

    private static JsonElement ToJson(Analysis analysis) =>
        JsonSerializer.SerializeToElement(analysis, DetectionReport.Json);

    private static void Compare(string where, JsonElement stored, JsonElement computed, List<Difference> differences)
    {
        switch (stored.ValueKind, computed.ValueKind)
        {
            case (JsonValueKind.Object, JsonValueKind.Object):
                var names = stored
                    .EnumerateObject()
                    .Concat(computed.EnumerateObject())
                    .Select(property => property.Name)
                    .Distinct();
                foreach (var name in names.Except(Uncompared))
                    Compare(
                        where.Length == 0 ? name : $"{where}.{name}",
                        stored.TryGetProperty(name, out var before) ? before : default,
                        computed.TryGetProperty(name, out var now) ? now : default,
                        differences
                    );
                break;
            case (JsonValueKind.Array, JsonValueKind.Array) when stored.GetArrayLength() == computed.GetArrayLength():
                for (var i = 0; i < stored.GetArrayLength(); i++)
                    Compare($"{where}[{i}]", stored[i], computed[i], differences);
                break;
            case (JsonValueKind.Number, JsonValueKind.Number):
                var size = Math.Abs(stored.GetDouble() - computed.GetDouble());
                if (size > 0)
                    differences.Add(new Difference(where, $"{Text(stored)} then, {Text(computed)} now", size));
                break;
            default:
                if (stored.ValueKind != computed.ValueKind || Text(stored) != Text(computed))
                    differences.Add(
                        new Difference(where, $"{Text(stored)} then, {Text(computed)} now", double.PositiveInfinity)
                    );
                break;
        }
    }

    private static string Text(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => "nothing",
            JsonValueKind.Array => $"{element.GetArrayLength()} entries",
            JsonValueKind.Object => "something",
            JsonValueKind.Number => element.GetDouble().ToString("G9", CultureInfo.InvariantCulture),
            _ => element.ToString(),
        };
}
