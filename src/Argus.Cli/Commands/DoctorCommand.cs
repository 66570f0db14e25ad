using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Argus.Cli.Output;
using Argus.Pretrained;
using Argus.Training.Native;
using Argus.Video;
using TorchSharp;

namespace Argus.Cli.Commands;

internal static class DoctorCommand
{
    private enum Verdict
    {
        Works,
        Optional,
        Broken,
    }

    private sealed record Finding(string Part, Verdict Verdict, string What, string? Mend = null);

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("doctor", "What works here, what does not, and how to mend it.") { json };
        command.SetAction(parse =>
        {
            var findings = Examine().ToList();
            if (parse.GetValue(json))
                Terminal.WriteJson(
                    findings.Select(f => new
                    {
                        f.Part,
                        Verdict = $"{f.Verdict}".ToLowerInvariant(),
                        f.What,
                        f.Mend,
                    })
                );
            else
            {
                Terminal.Table(
                    ["part", "state", "what"],
                    findings
                        .Select(f =>
                            new[]
                            {
                                f.Part,
                                f.Verdict switch
                                {
                                    Verdict.Works => "works",
                                    Verdict.Optional => "optional",
                                    _ => "BROKEN",
                                },
                                f.What,
                            }
                        )
                        .ToList()
                );
                foreach (var finding in findings.Where(f => f.Mend is not null))
                    Terminal.Line($"{finding.Part}: {finding.Mend}");
            }
            return findings.Any(f => f.Verdict == Verdict.Broken) ? 1 : 0;
        });
        return command;
    }

    private static IEnumerable<Finding> Examine()
    {
        yield return new(
            "system",
            Verdict.Works,
            $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores, "
                + $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:0.0} GB"
        );
        yield return new(".NET", Verdict.Works, RuntimeInformation.FrameworkDescription);
        yield return Torch();
        if (LibTorch.Route != "not loaded")
            yield return torch.cuda_is_available()
                ? new("CUDA", Verdict.Works, $"{torch.cuda.device_count()} device(s)")
                : new(
                    "CUDA",
                    Verdict.Optional,
                    "none seen by this libtorch",
                    $"for a GPU: {LibTorch.FolderVariable}=FOLDER of an installed PyTorch "
                        + $"{LibTorch.PackagedVersion}, or build with -p:TorchBackend=cuda-linux"
                );
        yield return Native("OpenCV", () => OpenCvSharp.Cv2.GetVersionString() ?? "");
        yield return Native("plots (Skia)", () => $"ScottPlot {ScottPlot.Version.VersionString}");
        foreach (var program in new[] { "ffmpeg", "ffprobe" })
        {
            yield return Program(program);
        }
        if (Ffmpeg.Locate("ffmpeg") is not null)
            yield return Encoder();
        foreach (var model in new[] { "yunet", "efficientnet_b4" }.Select(ModelCatalog.Find))
            yield return Model(model);
        var settings = new[] { "MALLOC_MMAP_MAX_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_" };
        yield return Allocator.IsJemalloc ? new("allocator", Verdict.Works, "jemalloc (found by the launcher)")
        : settings.All(name => Environment.GetEnvironmentVariable(name) is not null)
            ? new(
                "allocator",
                Verdict.Works,
                "glibc keeps freed memory (set by the launcher); with jemalloc training needs a fifth less of "
                    + "it (Debian, Ubuntu: apt-get install libjemalloc2)"
            )
        : new(
            "allocator",
            Verdict.Optional,
            "glibc's defaults",
            "start through ./argus: training is nearly twice as fast with its allocator settings"
        );
    }

    private static Finding Torch()
    {
        try
        {
            LibTorch.Load();
            using var sum = torch.ones(2, 2).matmul(torch.ones(2, 2)).sum();
            return sum.item<float>() == 8
                ? new(
                    "libtorch",
                    Verdict.Works,
                    $"TorchSharp {typeof(torch).Assembly.GetName().Version}, {torch.get_num_threads()} "
                        + $"threads; loaded: {LibTorch.Route}"
                )
                : new(
                    "libtorch",
                    Verdict.Broken,
                    "it loads but computes wrongly",
                    "report this with the output of argus doctor --json"
                );
        }
        catch (ArgusException error)
        {
            return new(
                "libtorch",
                Verdict.Broken,
                error.Message,
                $"unset {LibTorch.FolderVariable} if it is set, or set ARGUS_CACHE to a folder that can be written; "
                    + "else delete src/*/bin and run ./argus doctor again"
            );
        }
    }

    private static Finding Native(string part, Func<string> version)
    {
        try
        {
            return new(part, Verdict.Works, version());
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException)
        {
            return new(
                part,
                Verdict.Broken,
                error.GetBaseException().Message.Split('\n')[0],
                "Debian, Ubuntu: apt-get install libgtk-3-0 libdrm2 libatomic1"
            );
        }
    }

    private static Finding Program(string program)
    {
        const string Install = "install it; Debian, Ubuntu: apt-get install ffmpeg";
        try
        {
            if (Ffmpeg.Locate(program) is not { } path)
                return new(program, Verdict.Broken, "not on PATH", Install);
            return VersionOf(path) is { } version
                ? new(program, Verdict.Works, $"{version} ({path})")
                : new(program, Verdict.Broken, $"{path} does not start", Install);
        }
        catch (Win32Exception error)
        {
            return new(program, Verdict.Broken, error.Message, Install);
        }
    }

    private static Finding Encoder()
    {
        const string Part = "H.264";
        string? fault;
        try
        {
            fault = VideoWriter.FindEncoderFaultAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is Win32Exception or ArgusException)
        {
            fault = error.Message;
        }
        return fault is null
            ? new(Part, Verdict.Works, "ffmpeg encodes it (libx264)")
            : new(
                Part,
                Verdict.Broken,
                $"ffmpeg cannot encode it: {fault}",
                "videos are read but none is written; install an ffmpeg with libx264 (Debian, Ubuntu: apt-get install "
                    + "ffmpeg) and put it first on PATH"
            );
    }

    private static Finding Model(PretrainedModel model)
    {
        try
        {
            return model.IsThere
                ? new(model.Name, Verdict.Works, model.Found!)
                : new(
                    model.Name,
                    Verdict.Optional,
                    $"not here: {model.What}",
                    $"argus models pull {model.Name} (or --from FILE)"
                );
        }
        catch (ArgusException error)
        {
            return new(model.Name, Verdict.Broken, "there is no folder to keep it in", error.Message);
        }
    }

    private static string? VersionOf(string program)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, "-version") { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        var line = process.StandardOutput.ReadLine() ?? "";
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? string.Join(' ', line.Split(' ').Take(3)) : null;
    }
}
