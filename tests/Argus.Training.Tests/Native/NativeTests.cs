using Argus.Tests;
using Argus.Training.Native;
using Xunit;

namespace Argus.Training.Tests.Native;

public class NativeTests
{
    private static string Packaged =>
        Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    [Fact]
    public void The_packaged_library_asks_once_for_the_missing_version_and_only_its_flag_is_changed()
    {
        var before = File.ReadAllBytes(Packaged);
        var after = (byte[])before.Clone();
        Assert.Equal(1, ElfVersionMend.MarkWeak(after, "GLIBCXX_3.4.32"));
        Assert.Equal(1, before.Zip(after).Count(pair => pair.First != pair.Second));
        Assert.Equal(0, ElfVersionMend.MarkWeak(after, "GLIBCXX_9.9.9"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("MZ this is no ELF file, but long enough to have a header of sixty-four bytes.")]
    public void Something_else_is_refused(string content) =>
        Assert.Throws<ArgusException>(() =>
            ElfVersionMend.MarkWeak(System.Text.Encoding.ASCII.GetBytes(content), "GLIBCXX_3.4.32")
        );

    [Fact]
    public void The_route_is_told() => Assert.Matches("as packaged|mended copy", LibTorch.Route);

    [Theory]
    [InlineData(null, "holds no libtorch_cpu.so")]
    [InlineData("__version__ = '1.13.1+cu117'", "is libtorch 1.13.1+cu117")]
    public void A_libtorch_that_does_not_fit_is_refused_before_it_is_loaded(string? version, string reason)
    {
        using var folder = new TemporaryFolder();
        if (version is not null)
        {
            folder.Write("torch/lib/libtorch_cpu.so");
            folder.Write("torch/version.py", version + "\n");
        }
        var error = Assert.Throws<RequestException>(() => LibTorch.ChosenFolder(folder.Path));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
