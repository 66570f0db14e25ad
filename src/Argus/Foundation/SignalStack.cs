using System.Runtime.InteropServices;

namespace Argus;

/// <summary>
/// Room for a thread's signal handler. On processors with AMX a thread that has used its tiles (libtorch in bf16, ONNX
/// Runtime in int8) has 11 kB of registers to save with every signal, and the stack that .NET sets aside for handlers
/// has 12 kB in all: the next null reference on that thread, which .NET learns of by a signal, ends the process without
/// a word instead of becoming an exception.
/// </summary>
internal static unsafe partial class SignalStack
{
    private const int Pages = 16;
    private const int ReadWrite = 1 | 2;
    private const int PrivateAnonymous = 0x02 | 0x20;
    private static readonly nint Failed = -1;

    [ThreadStatic]
    private static bool isWide;

    /// <summary>
    /// Gives the calling thread a larger one, once; whatever runs code that may use AMX calls it first.
    /// </summary>
    public static void Widen()
    {
        if (isWide || !OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return;
        isWide = true;
        // One page more in front that nobody may touch. When the thread ends the runtime unmaps the stack that it finds
        // set, with the page before it: that is how it makes its own.
        nint page = Environment.SystemPageSize;
        var area = mmap(0, (nuint)((Pages + 1) * page), ReadWrite, PrivateAnonymous, -1, 0);
        if (area == Failed)
            return;
        _ = mprotect(area, (nuint)page, 0);
        var stack = new Stack { Start = area + page, Size = (nuint)(Pages * page) };
        _ = sigaltstack(&stack, null);
    }

    // stack_t of <signal.h> on x86-64.
    [StructLayout(LayoutKind.Sequential)]
    private struct Stack
    {
        public nint Start;
        public int Flags;
        public nuint Size;
    }

    [LibraryImport("libc")]
    private static partial int sigaltstack(Stack* wanted, Stack* before);

    [LibraryImport("libc")]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc")]
    private static partial int mprotect(nint address, nuint length, int protection);
}
