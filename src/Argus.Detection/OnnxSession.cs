using Microsoft.ML.OnnxRuntime;

namespace Argus.Detection;

/// <summary>
/// Opens models in ONNX Runtime as verdicts need them: quickly, and with weights that are not copied.
/// </summary>
internal static class OnnxSession
{
    /// <summary>The name of the first dimension of a specialist's inputs.</summary>
    public const string Clips = "clips";

    private const int SameAsRequested = 1; // how an arena grows; otherwise by powers of two

    static OnnxSession()
    {
        OnnxTelemetry.Off();
        // One arena for all: specialists run one after another, and of five arenas of 300 MB four would lie idle.
        using var memory = new OrtMemoryInfo(
            OrtMemoryInfo.allocatorCPU,
            OrtAllocatorType.ArenaAllocator,
            0,
            OrtMemType.Default
        );
        using var arena = new OrtArenaCfg(0, SameAsRequested, -1, -1);
        OrtEnv.Instance().CreateAndRegisterAllocator(memory, arena);
    }

    /// <summary>Opens a model.</summary>
    /// <param name="path">The file, which is replaced and never written into while it is open.</param>
    /// <param name="threads">Processor cores for one call; 0: all.</param>
    /// <param name="clips">
    /// How many clips every call brings; null: any number. With it the runtime knows all sizes, and planning the
    /// memory of a graph of 32 frames takes 0.1 s instead of 3.
    /// </param>
    /// <param name="keepsWeights">
    /// Whether weights are used as they lie in the file; integers want them in an order of their own.
    /// </param>
    /// <exception cref="ArgusException">It is no model that can be run.</exception>
    public static InferenceSession Open(string path, int threads, int? clips = null, bool keepsWeights = true)
    {
        try
        {
            return OnnxDevice.Open(addDevice =>
            {
                using var options = new SessionOptions
                {
                    IntraOpNumThreads = threads,
                    LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
                    // A pattern is a block of its own for each number of clips, beside what the first call took.
                    EnableMemoryPattern = false,
                };
                options.AddSessionConfigEntry("session.use_env_allocators", "1");
                // In the arena, what the optimised graph no longer needs of the weights would stay.
                options.AddSessionConfigEntry("session.use_device_allocator_for_initializers", "1");
                // Threads that wait by turning round take the core on which the next views are computed.
                options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
                if (clips is { } count)
                    options.AddFreeDimensionOverrideByName(Clips, count);
                if (keepsWeights)
                    options.AddSessionConfigEntry("session.disable_prepacking", "1");
                addDevice(options);
                if (OnnxFile.ReadWithoutWeights(path) is not { } model)
                    return new InferenceSession(path, options);
                options.AddSessionConfigEntry(
                    "session.model_external_initializers_file_folder_path",
                    Path.GetDirectoryName(Path.GetFullPath(path))!
                );
                return new InferenceSession(model, options);
            });
        }
        catch (OnnxRuntimeException error)
        {
            throw new ArgusException($"{path} is no ONNX model that can be run: {error.Message}", error);
        }
    }

    /// <summary>What a model says of itself.</summary>
    /// <exception cref="ArgusException">It cannot be read.</exception>
    // The runtime's wrapper stumbles over a text that is missing or no UTF-8.
    public static Dictionary<string, string> ReadMetadata(InferenceSession session, string path)
    {
        try
        {
            return session.ModelMetadata.CustomMetadataMap;
        }
        catch (Exception error) when (error is NullReferenceException or ArgumentException)
        {
            throw new ArgusException($"{path} is no intact ONNX model: what it says of itself cannot be read.", error);
        }
    }
}
