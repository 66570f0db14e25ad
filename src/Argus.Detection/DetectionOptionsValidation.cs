using Argus.Pretrained;
using Microsoft.Extensions.Options;

namespace Argus.Detection;

/// <summary>Says of options what is wrong with them, all at once, before models are loaded.</summary>
internal sealed class DetectionOptionsValidation : IValidateOptions<DetectionOptions>
{
    private const int Most = 1024;

    public ValidateOptionsResult Validate(string? name, DetectionOptions options)
    {
        var problems = new List<string>();
        if (options.ModelsFolder is null && ModelCatalog.Starter is null)
            problems.Add(
                "ModelsFolder is not set, and the starter is not beside the program: reference the package "
                    + "Argus.Models.Starter, or name a folder that 'argus export' made."
            );
        if (options.ModelsFolder is { } models && !File.Exists(Path.Combine(models, Detection.ModelsFolder.Manifest)))
            problems.Add($"ModelsFolder {models} is no models folder: it holds no {Detection.ModelsFolder.Manifest}.");
        if (options.FaceModel is { } face && !File.Exists(face))
            problems.Add($"FaceModel {face} does not exist.");
        if (options.TemporaryFolder is { } scratch && !Directory.Exists(scratch))
            problems.Add($"TemporaryFolder {scratch} does not exist.");
        CheckCount(nameof(options.Threads), options.Threads, problems);
        CheckCount(nameof(options.ConcurrentAnalyses), options.ConcurrentAnalyses, problems);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static void CheckCount(string option, int value, List<string> problems)
    {
        if (value is < 0 or > Most)
            problems.Add($"{option} is {value}; give a number from 0 to {Most}.");
    }
}
