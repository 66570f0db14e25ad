namespace Argus.Cli.Tests.Architecture;

/// <summary>
/// The table of rooms: a room is a namespace, and each line names the rooms that it may use beside <c>Argus</c> (the
/// foundation), which all may use. The picture of it is in docs/architecture.md.
/// </summary>
internal static class Rooms
{
    private const string Foundation = "Argus";

    private static readonly Dictionary<string, string[]> Table = new()
    {
        ["Argus.Recipes"] = [],
        ["Argus.Pretrained"] = [],
        ["Argus.Provenance"] = [],
        ["Argus.Video"] = [],
        ["Argus.Sound"] = [],
        ["Argus.Faces"] = [],
        ["Argus.Metrics"] = [],
        ["Argus.Scores"] = ["Argus.Metrics"],
        ["Argus.Imaging"] = ["Argus.Recipes"],
        ["Argus.Views"] = ["Argus.Faces", "Argus.Metrics"],
        ["Argus.Specialists"] = ["Argus.Views"],
        ["Argus.Clips"] =
        [
            "Argus.Recipes",
            "Argus.Video",
            "Argus.Sound",
            "Argus.Faces",
            "Argus.Imaging",
            "Argus.Views",
            "Argus.Specialists",
        ],
        ["Argus.Detection"] =
        [
            "Argus.Recipes",
            "Argus.Pretrained",
            "Argus.Provenance",
            "Argus.Video",
            "Argus.Faces",
            "Argus.Metrics",
            "Argus.Scores",
            "Argus.Imaging",
            "Argus.Views",
            "Argus.Specialists",
            "Argus.Clips",
        ],
        ["Argus.Data.Datasets"] = ["Argus.Recipes", "Argus.Video", "Argus.Clips"],
        ["Argus.Data.Stores"] =
        [
            "Argus.Recipes",
            "Argus.Pretrained",
            "Argus.Video",
            "Argus.Sound",
            "Argus.Faces",
            "Argus.Imaging",
            "Argus.Specialists",
            "Argus.Clips",
            "Argus.Data.Datasets",
            "Argus.Views",
        ],
        ["Argus.Data.Forging"] = ["Argus.Video", "Argus.Sound", "Argus.Imaging", "Argus.Faces", "Argus.Views"],
        ["Argus.Data.Samples"] = ["Argus.Video", "Argus.Faces", "Argus.Data.Datasets", "Argus.Data.Forging"],
        ["Argus.Data.Audits"] = ["Argus.Video", "Argus.Metrics", "Argus.Data.Datasets", "Argus.Data.Stores"],
        ["Argus.Data.Evaluations"] = ["Argus.Metrics", "Argus.Scores", "Argus.Data.Datasets", "Argus.Data.Audits"],
        ["Argus.Data.Reports"] =
        [
            "Argus.Metrics",
            "Argus.Scores",
            "Argus.Specialists",
            "Argus.Data.Datasets",
            "Argus.Data.Stores",
            "Argus.Data.Audits",
            "Argus.Data.Evaluations",
        ],
        ["Argus.Training.Native"] = [],
        ["Argus.Training.Kernels"] = ["Argus.Training.Native"],
        ["Argus.Training.Models"] =
        [
            "Argus.Imaging",
            "Argus.Views",
            "Argus.Specialists",
            "Argus.Training.Native",
            "Argus.Training.Kernels",
        ],
        ["Argus.Training.Optimization"] = ["Argus.Recipes", "Argus.Training.Native"],
        ["Argus.Training.Recipes"] =
        [
            "Argus.Recipes",
            "Argus.Specialists",
            "Argus.Data.Datasets",
            "Argus.Data.Stores",
            "Argus.Data.Forging",
            "Argus.Training.Models",
        ],
        ["Argus.Training.Feeding"] =
        [
            "Argus.Recipes",
            "Argus.Imaging",
            "Argus.Views",
            "Argus.Specialists",
            "Argus.Clips",
            "Argus.Data.Datasets",
            "Argus.Data.Stores",
            "Argus.Data.Forging",
            "Argus.Training.Native",
        ],
        ["Argus.Training.Checkpoints"] =
        [
            "Argus.Scores",
            "Argus.Training.Native",
            "Argus.Training.Optimization",
            "Argus.Training.Onnx",
        ],
        ["Argus.Training.Runs"] =
        [
            "Argus.Recipes",
            "Argus.Pretrained",
            "Argus.Video",
            "Argus.Metrics",
            "Argus.Scores",
            "Argus.Specialists",
            "Argus.Clips",
            "Argus.Data.Datasets",
            "Argus.Data.Stores",
            "Argus.Data.Forging",
            "Argus.Data.Audits",
            "Argus.Data.Evaluations",
            "Argus.Data.Reports",
            "Argus.Training.Native",
            "Argus.Training.Models",
            "Argus.Training.Optimization",
            "Argus.Training.Recipes",
            "Argus.Training.Feeding",
            "Argus.Training.Checkpoints",
        ],
        ["Argus.Training.Onnx"] = [],
        ["Argus.Training.Export"] =
        [
            "Argus.Training.Checkpoints",
            "Argus.Training.Native",
            "Argus.Training.Recipes",
            "Argus.Training.Onnx",
            "Argus.Recipes",
            "Argus.Metrics",
            "Argus.Scores",
            "Argus.Imaging",
            "Argus.Views",
            "Argus.Specialists",
            "Argus.Clips",
            "Argus.Detection",
            "Argus.Data.Datasets",
            "Argus.Data.Stores",
            "Argus.Data.Forging",
            "Argus.Data.Evaluations",
            "Argus.Training.Models",
            "Argus.Training.Feeding",
            "Argus.Training.Runs",
            "Argus.Training.Onnx",
        ],
        ["Argus.Training.Starter"] =
        [
            "Argus.Pretrained",
            "Argus.Scores",
            "Argus.Recipes",
            "Argus.Detection",
            "Argus.Data.Datasets",
            "Argus.Data.Evaluations",
            "Argus.Data.Stores",
            "Argus.Training.Models",
            "Argus.Training.Recipes",
            "Argus.Training.Runs",
            "Argus.Training.Export",
        ],
        ["Argus.Client"] = [],
        ["Argus.Web"] = ["Argus.Web.Outbound"],
        ["Argus.Web.Outbound"] = [],
        ["Argus.Web.Queue"] = ["Argus.Clips", "Argus.Detection", "Argus.Video", "Argus.Web"],
        ["Argus.Web.Webhooks"] = ["Argus.Web", "Argus.Web.Outbound", "Argus.Web.Queue"],
        ["Argus.Web.Mcp"] = ["Argus.Clips", "Argus.Detection", "Argus.Metrics", "Argus.Scores", "Argus.Video"],
        ["Argus.Web.Http"] =
        [
            "Argus.Detection",
            "Argus.Web",
            "Argus.Web.Mcp",
            "Argus.Web.Outbound",
            "Argus.Web.Queue",
            "Argus.Web.Webhooks",
        ],
        // These three lie in two programs: in Argus.Tool what a verdict needs, in Argus.Cli the rest.
        ["Argus.Cli"] = ["Argus.Training.Native", "Argus.Cli.Output"],
        ["Argus.Cli.Output"] = ["Argus.Metrics", "Argus.Training.Runs"],
        ["Argus.Cli.Commands"] =
        [
            "Argus.Recipes",
            "Argus.Pretrained",
            "Argus.Provenance",
            "Argus.Video",
            "Argus.Metrics",
            "Argus.Scores",
            "Argus.Specialists",
            "Argus.Clips",
            "Argus.Detection",
            "Argus.Data.Datasets",
            "Argus.Data.Stores",
            "Argus.Data.Forging",
            "Argus.Data.Samples",
            "Argus.Data.Audits",
            "Argus.Data.Evaluations",
            "Argus.Data.Reports",
            "Argus.Training.Native",
            "Argus.Training.Models",
            "Argus.Training.Optimization",
            "Argus.Training.Recipes",
            "Argus.Training.Checkpoints",
            "Argus.Training.Runs",
            "Argus.Training.Export",
            "Argus.Training.Starter",
            "Argus.Web",
            "Argus.Web.Queue",
            "Argus.Web.Mcp",
            "Argus.Cli",
            "Argus.Cli.Output",
            "Argus.Web.Http",
        ],
    };

    public static IEnumerable<string> Names => Table.Keys;

    public static IEnumerable<(string From, string To)> Arrows =>
        Table.SelectMany(row => row.Value.Select(to => (row.Key, to)));

    public static bool Known(string room) => room == Foundation || Table.ContainsKey(room);

    public static bool May(string room, string used) =>
        used == Foundation || (Table.TryGetValue(room, out var may) && may.Contains(used));
}
