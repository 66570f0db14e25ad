using CliWrap;
using CliWrap.Buffered;

namespace Argus.Pretrained;

/// <summary>
/// Brings a NuGet package into the user's package cache with <c>dotnet restore</c>, from whatever source the user's
/// settings name, without its dependencies and without running anything of it.
/// </summary>
internal static class PackageRestore
{
    /// <returns>The file in the package cache.</returns>
    /// <exception cref="ArgusException">There is no dotnet, or no source has the package.</exception>
    public static async Task<string> RunAsync(PackagedFile file, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("argus-package-").FullName;
        try
        {
            var project = Path.Combine(folder, "package.csproj");
            await File.WriteAllTextAsync(
                project,
                $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
                  <ItemGroup><PackageDownload Include="{file.Id}" Version="[{file.Version}]" /></ItemGroup>
                </Project>
                """,
                cancel
            );
            BufferedCommandResult restored;
            try
            {
                restored = await Run("restore", project, "-v", "quiet", "--nologo");
            }
            catch (System.ComponentModel.Win32Exception)
            {
                throw new ArgusException(
                    $"{file.Id} comes through 'dotnet restore', and there is no dotnet here. Get its .nupkg elsewhere, "
                        + $"unzip {file.Path} and give it with --from."
                );
            }
            if (restored.ExitCode != 0)
                throw new ArgusException(
                    $"dotnet restore could not bring the package {file.Id} {file.Version}: "
                        + $"{LastLine(restored.StandardOutput + restored.StandardError)}. Without a network: unzip "
                        + $"{file.Path} from its .nupkg and give it with --from."
                );
            var cache = (await Run("nuget", "locals", "global-packages", "--list")).StandardOutput.Split(": ", 2);
            return Path.Combine(cache[^1].Trim(), file.Id.ToLowerInvariant(), file.Version, file.Path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task<BufferedCommandResult> Run(params string[] arguments) =>
            await CliWrap
                .Cli.Wrap("dotnet")
                .WithArguments(arguments)
                .WithWorkingDirectory(folder)
                .WithValidation(CommandResultValidation.None)
                .ExecuteBufferedAsync(cancel);
    }

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .LastOrDefault("no reason");
}
