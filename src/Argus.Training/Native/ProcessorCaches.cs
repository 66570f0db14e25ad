namespace Argus.Training.Native;

/// <summary>
/// What is known of the processor's caches. Some virtual machines hide them; oneDNN then divides by zero when it plans
/// a convolution of 1x1 from 512 channels or more to 1024 or more, which ends the process.
/// </summary>
internal static class ProcessorCaches
{
    /// <summary>Whether the machine says how large they are.</summary>
    public static bool AreKnown { get; } =
        !OperatingSystem.IsLinux() || Directory.Exists("/sys/devices/system/cpu/cpu0/cache/index0");
}
