using System.CommandLine;
using Argus.Cli;
using Argus.Cli.Commands;

var root = new Command(
    "argus",
    "Argus says of videos whether they are forged. Training and evaluation are part of its repository's ./argus."
)
{
    DoctorCommand.Create(),
    ModelsCommand.Create("Files that others made: the face detector, ImageNet weights."),
    DetectCommand.Create(),
    VerifyCommand.Create(),
    AuditCommand.Create(),
    ServeCommand.Create(),
    ServeCommand.CreateKeys(),
    McpCommand.Create(),
};
return await CommandLine.RunAsync(root, args);
