using System.Diagnostics;
using System.Text.RegularExpressions;
using Argus.Tests;
using Xunit;

namespace Argus.Web.Tests.Deploy;

/// <summary>The image. deploy/try.sh builds and runs it.</summary>
public partial class DockerfileTests
{
    private readonly Dockerfile file = Dockerfile.Load();

    [Fact]
    public void It_runs_as_a_user_whose_number_says_that_it_is_not_root()
    {
        Assert.Matches("^[1-9][0-9]+:[1-9][0-9]+$", file.Only("USER"));
        var user = file.Only("USER").Split(':');
        Assert.Contains(file.Last, one => one.Word == "RUN" && one.Rest.Contains($"-o {user[0]} -g {user[1]}"));
        Assert.Equal("[\"/data\"]", file.Only("VOLUME"));
    }

    [Fact]
    public void The_program_is_compiled_in_one_stage_and_the_other_has_no_compiler()
    {
        Assert.Equal(
            ["${SDK_IMAGE} AS build", "${RUNTIME_IMAGE}"],
            file.Instructions.Where(one => one.Word == "FROM").Select(one => one.Rest)
        );
        var images = file
            .Instructions.TakeWhile(one => one.Word == "ARG")
            .ToDictionary(one => one.Rest.Split('=')[0], one => one.Rest.Split('=')[1]);
        Assert.Equal(["RUNTIME_IMAGE", "SDK_IMAGE"], images.Keys.Order());
        Assert.All(images.Values, image => Assert.Matches(":[a-z0-9.-]+$", image));
        Assert.DoesNotContain("latest", string.Concat(images.Values), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_published_exists_and_nothing_is_kept_from_it()
    {
        var publish = Publish().Match(string.Concat(file.Instructions.Select(one => one.Rest + "\n")));
        Assert.True(File.Exists(Path.Combine(DeployFolder.Root, publish.Groups[1].Value)), publish.Value);
        Assert.Contains("-p:OnnxBackend=\"$ONNX_BACKEND\"", publish.Value, StringComparison.Ordinal);
        var taken = DeployFolder.Read(".dockerignore").Split('\n').Where(line => line.StartsWith('!'));
        Assert.All(taken, line => Assert.True(Path.Exists(Path.Combine(DeployFolder.Root, line[1..])), line));
    }

    [Fact]
    public void Every_setting_is_an_option_of_serve()
    {
        var settings = Setting()
            .Matches(file.Only("ENV"))
            .Where(match => match.Value.StartsWith("ARGUS_", StringComparison.Ordinal))
            .Select(match => KeyValuePair.Create(match.Groups[1].Value, match.Groups[2].Value))
            .ToList();
        Assert.Equal(["ARGUS_DATA", "ARGUS_MODELS", "ARGUS_URL"], settings.Select(one => one.Key).Order());
        Assert.Empty(DeployFolder.FindMistakes(settings));
        Assert.Equal("[\"serve\"]", file.Only("CMD"));
        Assert.Contains("http://127.0.0.1:8080/health/ready", file.Only("HEALTHCHECK"), StringComparison.Ordinal);
    }

    [Fact]
    public void Packages_come_without_what_they_recommend_and_leave_no_lists()
    {
        var install = Assert.Single(file.Last, one => one.Rest.Contains("apt-get install")).Rest;
        Assert.Contains("--no-install-recommends", install, StringComparison.Ordinal);
        Assert.EndsWith("rm -rf /var/lib/apt/lists/*", install, StringComparison.Ordinal);
        Assert.Contains(" ffmpeg ", install, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_linter_finds_nothing()
    {
        var npm = Environment.GetEnvironmentVariable("ARGUS_DOCKERFILE_UTILS");
        Assert.SkipWhen(npm is null, "needs ARGUS_DOCKERFILE_UTILS: a folder in which npm installed dockerfile-utils");
        Assert.Equal("", await LintAsync(npm!, Path.Combine(DeployFolder.Root, "Dockerfile")));
        using var folder = new TemporaryFolder();
        var broken = folder.Write("Dockerfile", DeployFolder.Read("Dockerfile").Replace("WORKDIR", "WORKDIRS"));
        Assert.Contains("WORKDIRS", await LintAsync(npm!, broken), StringComparison.Ordinal);
    }

    private static async Task<string> LintAsync(string npm, string path)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Path.Combine(npm, "node_modules", ".bin", "dockerfile-utils"), ["lint", path])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output + await error;
    }

    [GeneratedRegex(@"dotnet publish (\S+\.csproj).*")]
    private static partial Regex Publish();

    [GeneratedRegex(@"(\w+)=(\S+)")]
    private static partial Regex Setting();
}
