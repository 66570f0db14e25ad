using OpenCvSharp;

namespace Argus.Cli;

/// <summary>
/// What concerns the whole process and is therefore a program's to decide, never a library's. Each command asks for
/// what its work needs, so that one that only prints loads no native library.
/// </summary>
internal static class ProcessSettings
{
    // The runtime's pool begins with a thread a core; those that wait for a model must not keep a health check waiting.
    private const int ServiceThreads = 32;

    /// <summary>
    /// Pictures are worked on in parallel; OpenCV's own threads would only get in the way of each other.
    /// </summary>
    public static void ForPictures() => Cv2.SetNumThreads(1);

    /// <summary>What a service wants.</summary>
    public static void ForService()
    {
        ForPictures();
        ThreadPool.SetMinThreads(ServiceThreads, ServiceThreads);
    }
}
