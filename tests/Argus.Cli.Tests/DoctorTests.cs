using System.Diagnostics;
using System.Runtime.Versioning;
using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

/// <summary>What the doctor finds on machines that lack something.</summary>
[UnsupportedOSPlatform("windows")]
public class DoctorTests
{
    [Theory]
    [InlineData("encodes nothing", "case \"$*\" in *-version*) echo 'ffmpeg version 1.0 x' ;; esac")]
    [InlineData(
        "lists no libx264",
        "case \"$*\" in *-encoders*) echo ' V..... mpeg4' ;; *) echo 'ffmpeg version 1.0 x' ;; esac"
    )]
    [InlineData("fails", "echo \"Unknown encoder 'libx264'\" >&2; exit 1")]
    public async Task An_ffmpeg_that_cannot_encode_H264_is_found(string what, string script)
    {
        using var folder = new TemporaryFolder();
        Process.Start("chmod", ["+x", folder.Write("bin/ffmpeg", $"#!/bin/sh\n# {what}\n{script}\n")])!.WaitForExit();
        var outcome = await ArgusProcess.RunAfterAsync(
            folder.Path,
            $"export PATH='{folder["bin"]}':\"$PATH\"",
            "doctor"
        );
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("H.264: ", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("libx264", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ffmpeg_that_does_not_start_is_found()
    {
        using var folder = new TemporaryFolder();
        Process.Start("chmod", ["+x", folder.Write("bin/ffmpeg", "this is no program")])!.WaitForExit();
        File.WriteAllBytes(folder["bin", "ffmpeg"], [0x7F, (byte)'E', (byte)'L', (byte)'F']);
        var outcome = await ArgusProcess.RunAfterAsync(
            folder.Path,
            $"export PATH='{folder["bin"]}':\"$PATH\"",
            "doctor"
        );
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("ffmpeg: install it", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("export HOME=/nonexistent")]
    [InlineData("export HOME=relative")]
    [InlineData("export HOME=/proc/self XDG_CACHE_HOME=relative")]
    public async Task Without_a_home_the_cache_is_the_users_own_folder_under_the_temporary_one(string environment)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["tmp"]);
        Directory.CreateDirectory(folder["work"]);
        var outcome = await ArgusProcess.RunAfterAsync(
            folder["work"],
            $"unset ARGUS_CACHE XDG_CACHE_HOME; {environment} TMPDIR='{folder["tmp"]}'",
            "doctor"
        );
        Assert.Contains("argus models pull efficientnet_b4", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("libtorch", outcome.Output, StringComparison.Ordinal);
        Assert.Empty(outcome.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["work"]));
        var cache = Assert.Single(Directory.EnumerateDirectories(folder["tmp"], "argus-cache-*"));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(cache)
        );
    }

    [Fact]
    public async Task A_cache_that_others_can_write_is_not_used_and_the_table_says_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var taken = Directory.CreateDirectory(folder["tmp", $"argus-cache-{Environment.UserName}"]);
        taken.UnixFileMode |= UnixFileMode.OtherWrite;
        var outcome = await ArgusProcess.RunAfterAsync(
            folder.Path,
            $"unset ARGUS_CACHE XDG_CACHE_HOME; export HOME=/nonexistent TMPDIR='{folder["tmp"]}'",
            "doctor"
        );
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("efficientnet_b4: Neither the home folder nor", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("set ARGUS_CACHE", outcome.Output, StringComparison.Ordinal);
        Assert.Empty(taken.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task A_cache_is_never_relative_to_the_current_folder()
    {
        using var folder = new TemporaryFolder();
        var outcome = await ArgusProcess.RunAfterAsync(folder.Path, "export ARGUS_CACHE=cache", "models", "list");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("ARGUS_CACHE cache is not absolute", outcome.Error, StringComparison.Ordinal);
    }
}
