using Microsoft.ML.OnnxRuntime;

namespace Argus.Detection;

/// <summary>
/// Where models run: on the first GPU, where the program was built with ONNX Runtime's CUDA package
/// (<c>-p:OnnxBackend=cuda</c>) and there is one; on the processor otherwise.
/// </summary>
internal static class OnnxDevice
{
    private const string CudaProvider = "CUDAExecutionProvider";

    private static readonly Lazy<bool> IsBuiltForCuda = new(() =>
        OrtEnv.Instance().GetAvailableProviders().Contains(CudaProvider)
    );

    private static string? warning;

    /// <summary>Why the GPU is not used although the program was built for one; null otherwise.</summary>
    public static string? Warning => Volatile.Read(ref warning);

    /// <summary><c>cuda</c> or <c>cpu</c>.</summary>
    public static string Name => IsBuiltForCuda.Value && Warning is null ? "cuda" : "cpu";

    /// <summary>Opens a session where models run.</summary>
    /// <param name="create">Makes one, with the options of the processor or with the GPU added to them.</param>
    /// <exception cref="OnnxRuntimeException">The model cannot be run on the processor either.</exception>
    public static InferenceSession Open(Func<Action<SessionOptions>, InferenceSession> create)
    {
        if (Name == "cpu")
            return create(_ => { });
        try
        {
            return create(AddGpu);
        }
        catch (OnnxRuntimeException error)
        {
            // A damaged model fails here as well, and says nothing of the GPU.
            var session = create(_ => { });
            var reason = error.Message.Split('\n')[0];
            Volatile.Write(ref warning, $"the GPU cannot be used, models run on the processor: {reason}");
            return session;
        }
    }

    // What fails is said once and in words, not by the runtime on standard error.
    private static void AddGpu(SessionOptions options)
    {
        var environment = OrtEnv.Instance();
        var level = environment.EnvLogLevel;
        environment.EnvLogLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
        try
        {
            options.AppendExecutionProvider_CUDA();
        }
        finally
        {
            environment.EnvLogLevel = level;
        }
    }
}
