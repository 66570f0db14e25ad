using System.Reflection;
using NetArchTest.Rules;
using Xunit;

namespace Argus.Cli.Tests;

public class ArchitectureTests
{
    private static readonly Assembly Library = typeof(ArgusException).Assembly,
        Detection = typeof(Argus.Detection.Detector).Assembly,
        Web = typeof(Argus.Web.Service).Assembly,
        Training = typeof(Argus.Training.Runs.Trainer).Assembly;

    [Fact]
    public void The_library_knows_neither_torch_nor_console_nor_the_rooms_above() =>
        Holds(
            Types
                .InAssembly(Library)
                .ShouldNot()
                .HaveDependencyOnAny(
                    "TorchSharp",
                    "Spectre.Console",
                    "System.CommandLine",
                    "System.Console",
                    "Argus.Training",
                    "Argus.Cli"
                )
        );

    [Fact]
    public void Detection_and_the_service_run_without_torch()
    {
        Holds(
            Types
                .InAssembly(Detection)
                .ShouldNot()
                .HaveDependencyOnAny("TorchSharp", "Argus.Training", "Argus.Web", "Argus.Cli")
        );
        Holds(Types.InAssembly(Web).ShouldNot().HaveDependencyOnAny("TorchSharp", "Argus.Training", "Argus.Cli"));
    }

    [Fact]
    public void Only_the_command_line_prints()
    {
        Holds(Types.InAssembly(Detection).ShouldNot().HaveDependencyOnAny("System.Console", "Spectre.Console"));
        Holds(Types.InAssembly(Web).ShouldNot().HaveDependencyOnAny("System.Console", "Spectre.Console"));
        Holds(
            Types.InAssembly(Training).ShouldNot().HaveDependencyOnAny("System.Console", "Spectre.Console", "Argus.Cli")
        );
    }

    [Fact]
    public void Models_know_tensors_and_no_files_or_recipes() =>
        Holds(
            Types
                .InAssembly(Training)
                .That()
                .ResideInNamespace("Argus.Training.Models")
                .ShouldNot()
                .HaveDependencyOnAny("System.IO.File", "Argus.Recipes", "Argus.Stores", "Argus.Datasets")
        );

    [Fact]
    public void Datasets_know_files_and_no_pictures() =>
        Holds(
            Types
                .InAssembly(Library)
                .That()
                .ResideInNamespace("Argus.Datasets")
                .ShouldNot()
                .HaveDependencyOnAny("OpenCvSharp", "Argus.Stores", "Argus.Imaging")
        );

    private static void Holds(ConditionList rule)
    {
        var result = rule.GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }
}
