using System.Runtime.InteropServices;
using Argus.Training.Native;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// Runs work on libtorch's own threads: those of a second pool would share the cores with libtorch's, which spin for a
/// while after each operator.
/// </summary>
internal static unsafe class ParallelLoop
{
    private sealed class Job(int items, Action<int> work)
    {
        private int next = -1;

        public void WorkOff()
        {
            for (int item; (item = Interlocked.Increment(ref next)) < items; )
                work(item);
        }
    }

    // GNU OpenMP's entry for a parallel region: the body, its argument, threads (0: as many as libtorch uses), flags.
    private static readonly delegate* unmanaged<delegate* unmanaged<IntPtr, void>, IntPtr, uint, uint, void> Parallel =
        Find();

    private static delegate* unmanaged<delegate* unmanaged<IntPtr, void>, IntPtr, uint, uint, void> Find()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        foreach (var file in Directory.EnumerateFiles(LibTorch.Folder, "libgomp*.so*"))
        {
            if (
                NativeLibrary.TryLoad(file, out var library)
                && NativeLibrary.TryGetExport(library, "GOMP_parallel", out var entry)
            )
                return (delegate* unmanaged<delegate* unmanaged<IntPtr, void>, IntPtr, uint, uint, void>)entry;
        }
        return null;
    }

    /// <summary>
    /// Calls <paramref name="work"/> once with each number below <paramref name="items"/>; it must not throw.
    /// </summary>
    public static void ForEach(int items, Action<int> work)
    {
        var job = new Job(items, work);
        if (items == 1 || get_num_threads() == 1)
            job.WorkOff();
        else if (Parallel == null)
            System.Threading.Tasks.Parallel.For(
                0,
                items,
                new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() },
                work
            );
        else
        {
            var handle = GCHandle.Alloc(job);
            Parallel(&WorkOff, GCHandle.ToIntPtr(handle), 0, 0);
            handle.Free();
        }
    }

    /// <summary>What is done with an item, in room of the thread's own that holds anything.</summary>
    public delegate void Body(int item, float* room);

    /// <summary>As <see cref="ForEach(int, Action{int})"/>, with room for each thread.</summary>
    /// <param name="items">Numbers.</param>
    /// <param name="room">Floats.</param>
    /// <param name="body">What is done with each number.</param>
    public static void ForEach(int items, nint room, Body body)
    {
        var workers = Math.Min(items, get_num_threads());
        using var memory = empty(workers * room);
        var start = (nint)Dispatcher.Data(memory);
        var next = -1;
        ForEach(
            workers,
            worker =>
            {
                float* own = (float*)start + worker * room;
                for (int item; (item = Interlocked.Increment(ref next)) < items; )
                    body(item, own);
            }
        );
    }

    [UnmanagedCallersOnly]
    private static void WorkOff(IntPtr job) => ((Job)GCHandle.FromIntPtr(job).Target!).WorkOff();
}
