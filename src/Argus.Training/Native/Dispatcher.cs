using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Argus.Training.Native;

/// <summary>
/// Calls ATen operators that TorchSharp does not wrap, through libtorch's stable C interface (torch/csrc/stable,
/// torch/csrc/inductor/aoti_torch/c/shim.h). Every argument is one 64-bit slot: doubles travel as their bits, a tensor
/// as an owned handle, an absent optional as 0. The call consumes the handles.
/// </summary>
internal static unsafe partial class Dispatcher
{
    private const string Library = "torch_cpu";

    // TORCH_VERSION 2.10.0 as the interface packs it: major, minor, patch in the three highest bytes.
    private const ulong AbiVersion = (2UL << 56) | (10UL << 48);

    static Dispatcher() =>
        NativeLibrary.SetDllImportResolver(
            typeof(Dispatcher).Assembly,
            (name, assembly, path) =>
                name == Library ? NativeLibrary.Load(Path.Combine(LibTorch.Folder, "libtorch_cpu.so")) : IntPtr.Zero
        );

    /// <summary>Runs e.g. <c>aten::_fused_adamw_</c>; the stack's first slots hold what it returns.</summary>
    public static void Call(string operatorName, string overload, Span<ulong> stack)
    {
        fixed (ulong* slots = stack)
            Check(torch_call_dispatcher(operatorName, overload, slots, AbiVersion), operatorName);
    }

    public static ulong Slot(double value) => BitConverter.DoubleToUInt64Bits(value);

    public static ulong Slot(bool value) => value ? 1UL : 0UL;

    /// <summary>A new handle to the tensor; the tensor itself stays the caller's.</summary>
    public static ulong Slot(Tensor tensor)
    {
        Check(aoti_torch_new_tensor_handle(tensor.Handle, out var handle), "new tensor handle");
        return (ulong)handle;
    }

    public static ulong Slot(IReadOnlyList<Tensor> tensors)
    {
        Check(torch_new_list_reserve_size((nuint)tensors.Count, out var list), "new list");
        foreach (var tensor in tensors)
            Check(torch_list_push_back(list, Slot(tensor)), "list push");
        return (ulong)list;
    }

    /// <summary>Where the tensor's first element lies.</summary>
    public static void* Data(Tensor tensor)
    {
        Check(aoti_torch_get_data_ptr(tensor.Handle, out var data), "data pointer");
        return data;
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
            throw new InvalidOperationException($"libtorch refused {what} (its message is on standard error).");
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int torch_call_dispatcher(string name, string overload, ulong* stack, ulong abiVersion);

    [LibraryImport(Library)]
    private static partial int aoti_torch_new_tensor_handle(IntPtr tensor, out IntPtr handle);

    [LibraryImport(Library)]
    private static partial int aoti_torch_get_data_ptr(IntPtr tensor, out void* data);

    [LibraryImport(Library)]
    private static partial int torch_new_list_reserve_size(nuint size, out IntPtr list);

    [LibraryImport(Library)]
    private static partial int torch_list_push_back(IntPtr list, ulong element);
}
