using System.Runtime.CompilerServices;
using OpenCvSharp;

namespace Argus.Tests;

/// <summary>What a program decides for its process, a test program decides too.</summary>
internal static class ProcessStart
{
    [ModuleInitializer]
    internal static void Prepare() => Cv2.SetNumThreads(1);
}
