using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Security.Cryptography;
using TorchSharp;

namespace Argus.Training.Native;

/// <summary>Finds and loads libtorch and TorchSharp's own library, and says which way was taken.</summary>
public static class LibTorch
{
    /// <summary>A folder with another libtorch, e.g. that of an installed PyTorch (CUDA included).</summary>
    public const string FolderVariable = "ARGUS_LIBTORCH";

    private const string MissingVersion = "GLIBCXX_3.4.32";
    private static readonly Lock Gate = new();
    private static bool loaded;

    /// <summary>How the libraries were loaded, for <c>argus doctor</c>.</summary>
    public static string Route { get; private set; } = "not loaded";

    /// <summary>Folder that libtorch came from.</summary>
    public static string Folder { get; private set; } = "";

    /// <summary>
    /// Loads once per process; every entry to the training rooms calls it. Costs nothing the second time.
    /// </summary>
    /// <exception cref="ArgusException">A library is missing or does not fit, with the loader's own words.</exception>
    public static void Load()
    {
        lock (Gate)
        {
            if (loaded)
                return;
            if (OperatingSystem.IsLinux())
                LoadOnLinux();
            else
                Route = "TorchSharp's own loader";
            try
            {
                torch.random.manual_seed(0);
            }
            catch (Exception error)
                when (error
                        is DllNotFoundException
                            or NotSupportedException
                            or TypeInitializationException
                            or EntryPointNotFoundException
                )
            {
                throw new ArgusException(
                    $"TorchSharp could not start with the libtorch in {Folder}: {error.GetBaseException().Message}",
                    error
                );
            }
            loaded = true;
        }
    }

    private static void LoadOnLinux()
    {
        var package = PackageFolder();
        var chosen = Environment.GetEnvironmentVariable(FolderVariable);
        Folder = string.IsNullOrEmpty(chosen) ? package : ChosenFolder(chosen);
        if (Folder != package)
            CheckLinked(Folder, package);

        // libtorch first and from one folder: its parts must not be picked up from two.
        foreach (
            var pattern in new[]
            {
                "libgomp*.so*",
                "libc10.so",
                "libtorch_cpu.so",
                "libc10_cuda.so",
                "libtorch_cuda.so",
                "libtorch.so",
            }
        )
        {
            foreach (var file in Directory.EnumerateFiles(Folder, pattern))
                LoadOrExplain(file);
        }

        var library = Path.Combine(package, "libLibTorchSharp.so");
        if (!NativeLibrary.TryLoad(library, out var handle))
        {
            var mended = MendedCopy(library);
            handle = LoadOrExplain(mended);
            Route = $"mended copy: {MissingVersion} is not in this system's libstdc++";
        }
        else
        {
            Route = "as packaged";
        }
        DisableNnpack();
        if (Folder != package)
            Route += $", libtorch from {FolderVariable}";
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
            name.Contains("LibTorchSharp") ? handle : IntPtr.Zero;
        NativeLibrary.SetDllImportResolver(
            typeof(torch).Assembly,
            (name, _, _) => name == "LibTorchSharp" ? handle : IntPtr.Zero
        );
    }

    // On processors that NNPACK does not know, libtorch says so with every convolution that would have used it. Its C++
    // interface alone switches it off: Context& globalContext(), void Context::setUserEnabledNNPACK(bool).
    private static unsafe void DisableNnpack()
    {
        var torch = NativeLibrary.Load(Path.Combine(Folder, "libtorch_cpu.so"));
        if (
            NativeLibrary.TryGetExport(torch, "_ZN2at13globalContextEv", out var context)
            && NativeLibrary.TryGetExport(torch, "_ZN2at7Context20setUserEnabledNNPACKEb", out var enable)
        )
            ((delegate* unmanaged<IntPtr, byte, void>)enable)(((delegate* unmanaged<IntPtr>)context)(), 0);
    }

    // TorchSharp loads libtorch_cpu.so by its place beside the program; a second libtorch in one process ends it.
    private static void CheckLinked(string chosen, string package)
    {
        var packaged = new FileInfo(Path.Combine(package, "libtorch_cpu.so"));
        if (
            packaged.ResolveLinkTarget(returnFinalTarget: true)?.FullName
            != Path.GetFullPath(Path.Combine(chosen, "libtorch_cpu.so"))
        )
            throw new RequestException(
                $"{FolderVariable} works through ./argus, which puts that libtorch in the packaged one's place."
            );
    }

    private static string PackageFolder()
    {
        var beside = AppContext.BaseDirectory;
        foreach (
            var folder in new[]
            {
                Path.Combine(beside, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"),
                Path.Combine(beside, "runtimes", "linux-x64", "native"),
                beside,
            }
        )
        {
            if (File.Exists(Path.Combine(folder, "libLibTorchSharp.so")))
                return folder;
        }
        throw new ArgusException(
            $"libLibTorchSharp.so is not beside the program ({beside}). Build again: ./argus doctor."
        );
    }

    internal static string ChosenFolder(string folder)
    {
        var found = new[] { folder, Path.Combine(folder, "lib"), Path.Combine(folder, "torch", "lib") }.FirstOrDefault(
            candidate => File.Exists(Path.Combine(candidate, "libtorch_cpu.so"))
        );
        if (found is null)
            throw new RequestException(
                $"{FolderVariable}={folder} holds no libtorch_cpu.so. Give the 'lib' folder of an installed "
                    + "PyTorch (python -c \"import torch; print(torch.__path__[0])\")."
            );
        var version = VersionOf(found);
        if (version is not null && !Versions.Any(one => version.StartsWith(one, StringComparison.Ordinal)))
            throw new RequestException(
                $"{FolderVariable}={folder} is libtorch {version}, but TorchSharp "
                    + $"{typeof(torch).Assembly.GetName().Version} needs {string.Join(" or ", Versions)}. Install "
                    + $"torch=={PackagedVersion}.*, or unset {FolderVariable}."
            );
        return Path.GetFullPath(found);
    }

    /// <summary>Major and minor version of the libtorch that TorchSharp 0.107 was built for.</summary>
    public const string PackagedVersion = "2.10";

    // TorchSharp was built for the first; with the other it found every symbol and trained, on CUDA 13.
    private static readonly string[] Versions = [PackagedVersion, "2.11"];

    // PyTorch keeps its version beside the libraries, in torch/version.py or libtorch's build-version.
    private static string? VersionOf(string libFolder)
    {
        var above = Path.GetDirectoryName(libFolder.TrimEnd('/'))!;
        var python = Path.Combine(above, "version.py");
        if (File.Exists(python))
        {
            var line = File.ReadLines(python)
                .FirstOrDefault(l => l.StartsWith("__version__", StringComparison.Ordinal));
            return line?.Split('\'', '"').ElementAtOrDefault(1);
        }
        var plain = Path.Combine(above, "build-version");
        return File.Exists(plain) ? File.ReadAllText(plain).Trim() : null;
    }

    private static IntPtr LoadOrExplain(string file)
    {
        try
        {
            return NativeLibrary.Load(file);
        }
        catch (DllNotFoundException error)
        {
            throw new ArgusException(
                $"Could not load {file}: {error.Message.Split('\n')[0]}. 'argus doctor' shows what is missing.",
                error
            );
        }
    }

    /// <summary>The copy is kept by the original's hash, so that it is made once per TorchSharp version.</summary>
    private static string MendedCopy(string library)
    {
        var bytes = File.ReadAllBytes(library);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
        var folder = Path.Combine(ArgusCache.Folder, "native", hash);
        var copy = Path.Combine(folder, "libLibTorchSharp.so");
        if (File.Exists(copy))
            return copy;
        if (ElfVersionMend.MarkWeak(bytes, MissingVersion) == 0)
            throw new ArgusException(
                $"{library} does not load, and not for want of {MissingVersion}. 'argus doctor' shows what is missing."
            );
        try
        {
            Directory.CreateDirectory(folder);
            var partial = $"{copy}.{Environment.ProcessId}";
            File.WriteAllBytes(partial, bytes);
            File.Move(partial, copy, overwrite: true);
            return copy;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ArgusException(
                $"The mended copy of {library} cannot be kept in {folder}: {error.Message} "
                    + "Set ARGUS_CACHE to a folder that can be written.",
                error
            );
        }
    }
}
