using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Argus.Cli.Commands;

/// <summary>
/// Asks the formatter that <c>.config/dotnet-tools.json</c> pins whether every file of the repository is laid out by
/// it.
/// </summary>
internal static partial class FormatterCheck
{
    /// <summary>The files that are not, as the formatter names them.</summary>
    /// <param name="home">The repository.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="ArgusException">The formatter could not be fetched or did not run.</exception>
    public static async Task<IReadOnlyList<string>> FindUnformattedAsync(string home, CancellationToken cancel)
    {
        var restored = await RunAsync(home, cancel, "tool", "restore");
        if (restored.ExitCode != 0)
            throw new ArgusException(
                $"The formatter could not be fetched (dotnet tool restore): {FirstLine(restored.Output)}"
            );
        var checkedFiles = await RunAsync(home, cancel, "csharpier", "check", ".");
        var unformatted = UnformattedFile()
            .Matches(checkedFiles.Output)
            .Select(match => match.Groups[1].Value)
            .ToList();
        return checkedFiles.ExitCode == 0 || unformatted.Count > 0
            ? unformatted
            : throw new ArgusException($"The formatter did not run: {FirstLine(checkedFiles.Output)}");
    }

    private static string FirstLine(string output) => output.Trim().Split('\n')[0];

    private static async Task<(int ExitCode, string Output)> RunAsync(
        string home,
        CancellationToken cancel,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancel);
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, output + await error);
    }

    // "Error ./src/A.cs - Was not formatted."
    [GeneratedRegex(@"^Error (?:\./)?(.+?) - Was not formatted", RegexOptions.Multiline)]
    private static partial Regex UnformattedFile();
}
