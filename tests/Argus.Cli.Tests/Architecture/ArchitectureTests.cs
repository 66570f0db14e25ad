using Xunit;

namespace Argus.Cli.Tests.Architecture;

/// <summary>The rules of the house: which room may use which, read off the built assemblies.</summary>
public class ArchitectureTests
{
    private static readonly string[] Programs = ["argus-tool.dll", "argus-cli.dll"];

    private static readonly string[] Assemblies =
    [
        "Argus.dll",
        "Argus.Detection.dll",
        "Argus.Data.dll",
        "Argus.Training.dll",
        "Argus.Client.dll",
        "Argus.Web.dll",
        .. Programs,
    ];

    private static readonly Lazy<IReadOnlyList<Use>> Uses = new(() =>
        [
            .. Assemblies
                .SelectMany(file => RoomGraph.Read(Path.Combine(AppContext.BaseDirectory, file)))
                .Where(use => IsRoom(use.Room)),
        ]
    );

    [Fact]
    public void A_room_uses_only_the_rooms_that_the_table_gives_it()
    {
        var forbidden = Uses.Value.Where(use => IsRoom(use.UsedRoom) && !Rooms.May(use.Room, use.UsedRoom));
        Assert.Empty(forbidden.Select(use => $"{use}"));
    }

    [Fact]
    public void Every_room_is_in_the_table_and_every_arrow_of_the_table_is_used()
    {
        var arrows = Uses.Value.Where(use => IsRoom(use.UsedRoom)).Select(use => (use.Room, use.UsedRoom)).ToHashSet();
        var unknown = Uses.Value.Select(use => use.Room).Distinct().Where(room => !Rooms.Known(room)).ToList();
        var unused = Rooms.Arrows.Where(arrow => !arrows.Contains(arrow)).ToList();
        Assert.True(
            unknown.Count + unused.Count == 0,
            $"not in the table: {string.Join(", ", unknown)}; never used: {string.Join(", ", unused)}"
        );
    }

    [Fact]
    public void There_is_no_circle_between_rooms()
    {
        var left = Rooms.Names.ToHashSet();
        var arrows = Rooms.Arrows.Where(arrow => arrow.From != arrow.To).ToList();
        while (
            left.FirstOrDefault(room => !arrows.Any(arrow => arrow.From == room && left.Contains(arrow.To))) is { } leaf
        )
            left.Remove(leaf);
        Assert.Empty(left);
    }

    [Theory]
    [InlineData("TorchSharp", "Argus.Training", "Argus.Cli", "Argus.Benchmarks")]
    [InlineData("Microsoft.ML.OnnxRuntime", "Argus.Detection", "Argus.Training.Export")]
    [InlineData("Parquet", "Argus.Data.Stores")]
    [InlineData("ScottPlot", "Argus.Data.Reports", "Argus.Cli.Commands")]
    [InlineData("YamlDotNet", "Argus.Training.Recipes")]
    [InlineData("Spectre.Console", "Argus.Cli")]
    [InlineData("System.CommandLine", "Argus.Cli")]
    [InlineData("Microsoft.AspNetCore", "Argus.Web")]
    [InlineData("Npgsql", "Argus.Web.Queue")]
    public void A_library_is_known_in_its_rooms_alone(string library, params string[] rooms)
    {
        var uses = Uses.Value.Where(use => IsIn(use.UsedRoom, library) && !rooms.Any(room => IsIn(use.Room, room)));
        Assert.Empty(uses.Select(use => $"{use}"));
    }

    [Fact]
    public void Only_the_command_line_prints() =>
        Assert.Empty(
            Uses.Value.Where(use => use.Used == "System.Console" && !IsIn(use.Room, "Argus.Cli"))
                .Select(use => $"{use}")
        );

    [Fact]
    public void Models_know_no_files_and_datasets_no_pictures()
    {
        string[] files = ["System.IO.File", "System.IO.Directory", "System.IO.Path"];
        Assert.Empty(
            Uses.Value.Where(use =>
                    (use.Room == "Argus.Training.Models" && files.Contains(use.Used))
                    || (use.Room == "Argus.Data.Datasets" && IsIn(use.UsedRoom, "OpenCvSharp"))
                )
                .Select(use => $"{use}")
        );
    }

    /// <summary>
    /// One exception: ONNX Runtime reports what it runs to its maker unless a variable of the environment is set before
    /// it starts, and a program that embeds detection must not have to know that.
    /// </summary>
    [Fact]
    public void What_concerns_the_whole_process_is_done_by_programs() =>
        Assert.Empty(
            Assemblies
                .Where(file => !Programs.Contains(file))
                .SelectMany(file => Calls.Read(Path.Combine(AppContext.BaseDirectory, file)))
                .Where(call => Calls.OfTheWholeProcess.Contains(call.Method) && call.File != "OnnxTelemetry.cs")
                .Select(call => $"{call.File} calls {call.Method}")
        );

    [Fact]
    public void No_number_that_libtorch_reads_may_be_collected_meanwhile()
    {
        var scalars = Scalars.Makers(Path.Combine(AppContext.BaseDirectory, "TorchSharp.dll"));
        Assert.Contains("TorchSharp.torch/Tensor.op_Subtraction(System.Double, TorchSharp.torch/Tensor)", scalars);
        var calls = Assemblies
            .SelectMany(file => Scalars.Calls(Path.Combine(AppContext.BaseDirectory, file), scalars))
            .Where(call => call.File != "Number.cs")
            .Select(call => $"{call.File} calls {call.Method}")
            .ToList();
        Assert.True(calls.Count == 0, string.Join(Environment.NewLine, calls));
    }

    [Fact]
    public void Libraries_never_block_on_tasks() =>
        Assert.Empty(
            Assemblies
                .Where(file => !Programs.Contains(file))
                .SelectMany(file => Calls.Read(Path.Combine(AppContext.BaseDirectory, file)))
                .Where(call => Calls.Blocking.Contains(call.Method))
                .Select(call => $"{call.File} calls {call.Method}")
        );

    [Fact]
    public void No_public_signature_has_a_tuple() =>
        Assert.Empty(Assemblies.SelectMany(file => PublicTuples.Find(Path.Combine(AppContext.BaseDirectory, file))));

    private static bool IsRoom(string name) => IsIn(name, "Argus");

    private static bool IsIn(string name, string prefix) =>
        name == prefix || name.StartsWith(prefix + ".", StringComparison.Ordinal);
}
