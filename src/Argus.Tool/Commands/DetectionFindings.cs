using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Argus.Detection;
using Argus.Pretrained;
using Argus.Video;

namespace Argus.Cli.Commands;

/// <summary>Examines what a verdict needs.</summary>
internal static class DetectionFindings
{
    // The largest upload that a service takes by default.
    private const long LeastDiskBytes = 500L << 20;

    // A service with the starter took 0.6 GB for a clip of 15 s; better models are larger.
    private const long LeastMemoryBytes = 1L << 30;

    public static IEnumerable<Finding> Examine()
    {
        yield return new("system", Health.Works, RuntimeInformation.OSDescription);
        yield return new(".NET", Health.Works, RuntimeInformation.FrameworkDescription);
        yield return new("processor", Health.Works, ProgramRecord.FindProcessor());
        yield return Memory();
        yield return Disk();
        yield return Finding.OfLibrary(
            "OpenCV",
            () => OpenCvSharp.Cv2.GetVersionString() ?? "",
            Finding.SystemLibraries
        );
        yield return Finding.OfLibrary(
            "ONNX Runtime",
            ProgramRecord.FindOnnxRuntime,
            "Debian, Ubuntu: apt-get install libstdc++6"
        );
        foreach (var program in new[] { "ffmpeg", "ffprobe" })
            yield return Program(program);
        yield return Model(ModelCatalog.Find("yunet"));
        yield return Starter();
    }

    /// <summary>Whether a file that others made is here.</summary>
    public static Finding Model(PretrainedModel model)
    {
        try
        {
            return model.IsThere
                ? new(model.Name, Health.Works, model.Found!)
                : new(
                    model.Name,
                    Health.Optional,
                    $"not here: {model.What}",
                    $"argus models pull {model.Name} (or --from FILE)"
                );
        }
        catch (ArgusException error)
        {
            return new(model.Name, Health.Broken, "there is no folder to keep it in", error.Message);
        }
    }

    private static Finding Memory()
    {
        var bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var what = $"{bytes / 1e9:0.0} GB";
        return bytes >= LeastMemoryBytes
            ? new("memory", Health.Works, what)
            : new("memory", Health.Broken, what, $"allow {LeastMemoryBytes / 1e9:0.0} GB, better more");
    }

    private static Finding Disk()
    {
        const string Part = "disk";
        var folder = Path.GetTempPath();
        try
        {
            var free = new DriveInfo(folder).AvailableFreeSpace;
            var what = $"{free / 1e9:0.0} GB free in {folder}";
            return free >= LeastDiskBytes
                ? new(Part, Health.Works, what)
                : new(Part, Health.Broken, what, "make room there, or name another folder in TMPDIR");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new(Part, Health.Broken, error.Message, $"make {folder} usable, or name another folder in TMPDIR");
        }
    }

    private static Finding Program(string program)
    {
        const string Install = "install it; Debian, Ubuntu: apt-get install ffmpeg";
        try
        {
            if (Ffmpeg.Locate(program) is not { } path)
                return new(program, Health.Broken, "not on PATH", Install);
            return VersionOf(path) is { } version
                ? new(program, Health.Works, $"{version} ({path})")
                : new(program, Health.Broken, $"{path} does not start", Install);
        }
        catch (Win32Exception error)
        {
            return new(program, Health.Broken, error.Message, Install);
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

    // Loading compares the files with their hashes, and the models' answers with those that they gave when made.
    private static Finding Starter()
    {
        const string Part = "starter";
        if (ModelCatalog.Starter is not { } folder)
            return new(Part, Health.Optional, "not beside the program", "name a models folder with --models DIR");
        try
        {
            using var detector = Detector.LoadAsync(folder).GetAwaiter().GetResult();
            return new(Part, Health.Works, $"{folder}: intact, and answers as when it was made");
        }
        catch (Exception error)
            when (error is ArgusException or DllNotFoundException or TypeInitializationException or IOException)
        {
            return new(
                Part,
                Health.Broken,
                error.GetBaseException().Message.Split('\n')[0],
                "install Argus again; in a checkout: git checkout models"
            );
        }
    }
}
