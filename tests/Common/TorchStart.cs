using System.Runtime.CompilerServices;
using Argus.Training.Native;

namespace Argus.Tests;

internal static class TorchStart
{
    // Tests touch torch directly; the libraries must be loaded our way before the first touch.
#pragma warning disable CA2255
    [ModuleInitializer]
    public static void Load() => LibTorch.Load();
#pragma warning restore CA2255
}
