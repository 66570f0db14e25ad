using System.CommandLine;
using Argus.Cli;
using Argus.Cli.Commands;

var root = new Command("argus", "Argus trains, judges and runs specialist detectors of deepfake video.")
{
    QuickstartCommand.Create(),
    TestCommand.Create(),
    DoctorCommand.Create(TrainingFindings.Examine),
    ModelsCommand.Create(
        "Files that others made: the face detector, ImageNet weights, other detectors.",
        AddModelCommand.Create()
    ),
    RecipesCommand.Create(),
    DataCommand.Create(),
    ForgeCommand.Create(),
    TrainCommand.Create(),
    StarterCommand.Create(),
    EvaluateCommand.Create(),
    RunsCommand.Create(),
    RunsCommand.CreateCompare(),
    ImportCommand.Create(),
    ExportCommand.Create(),
    CouncilCommand.Create(),
    DetectCommand.Create(),
    VerifyCommand.Create(),
    AuditCommand.Create(),
    ServeCommand.Create(),
    ServeCommand.CreateKeys(),
    McpCommand.Create(),
    BenchCommand.Create(),
};
return await CommandLine.RunAsync(root, args);
