using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Argus.Detection;

/// <summary>
/// ONNX Runtime's official builds report what they run to their maker. A forensic lab's do not: neither what is looked
/// at leaves the machine, nor that it was.
/// </summary>
internal static class OnnxTelemetry
{
    // The runtime reads this when it starts, and then makes no uploader, no identifier and no file (onnxruntime pull
    // request 27379).
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Before the first call of the runtime.</summary>
    public static void Off()
    {
        // .NET keeps its own copy of the environment, which native code does not see.
        if (OperatingSystem.IsWindows())
            Environment.SetEnvironmentVariable(Variable, "1");
        else
            _ = SetEnvironment(Variable, "1", 1);
        OrtEnv.Instance().DisableTelemetryEvents();
    }

    [DllImport(
        "libc",
        EntryPoint = "setenv",
        CharSet = CharSet.Ansi,
        BestFitMapping = false,
        ThrowOnUnmappableChar = true
    )]
    private static extern int SetEnvironment(
        [MarshalAs(UnmanagedType.LPStr)] string name,
        [MarshalAs(UnmanagedType.LPStr)] string value,
        int overwrite
    );
}
