using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Argus.Cli.Tests.Architecture;

/// <summary>A call in somebody's code.</summary>
/// <param name="File">The source file that it stands in.</param>
/// <param name="Method">What is called.</param>
internal sealed record Call(string File, string Method);

/// <summary>Reads the calls of a built assembly.</summary>
internal static class Calls
{
    /// <summary>What changes the process for everybody in it.</summary>
    public static IReadOnlySet<string> OfTheWholeProcess { get; } =
        new HashSet<string>
        {
            "OpenCvSharp.Cv2.SetNumThreads",
            "System.Threading.ThreadPool.SetMinThreads",
            "System.Threading.ThreadPool.SetMaxThreads",
            "System.Environment.SetEnvironmentVariable",
            "System.Environment.set_CurrentDirectory",
            "System.IO.Directory.SetCurrentDirectory",
            "TorchSharp.torch.set_num_threads",
            "TorchSharp.torch/backends/cuda/matmul.set_allow_tf32",
            "Argus.Training.Native.Allocator.KeepFreedMemory",
        };

    /// <summary>What waits for a task with a thread.</summary>
    public static IReadOnlySet<string> Blocking { get; } =
        new HashSet<string>
        {
            "System.Threading.Tasks.Task.Wait",
            "System.Threading.Tasks.Task`1.get_Result",
            "System.Threading.Tasks.Task.WaitAll",
            "System.Threading.Tasks.Task.WaitAny",
            "System.Runtime.CompilerServices.TaskAwaiter.GetResult",
            "System.Runtime.CompilerServices.TaskAwaiter`1.GetResult",
            "System.Runtime.CompilerServices.ValueTaskAwaiter.GetResult",
            "System.Runtime.CompilerServices.ValueTaskAwaiter`1.GetResult",
        };

    public static IEnumerable<Call> Read(string assemblyFile) =>
        Read(assemblyFile, called => $"{called.DeclaringType.GetElementType().FullName}.{called.Name}");

    /// <param name="name">What a called method is called here.</param>
    public static IEnumerable<Call> Read(string assemblyFile, Func<MethodReference, string> name)
    {
        var parameters = new ReaderParameters { ReadSymbols = true, InMemory = true };
        using var assembly = AssemblyDefinition.ReadAssembly(assemblyFile, parameters);
        return
        [
            .. from type in assembly.MainModule.Types.SelectMany(AllTypes)
            from method in type.Methods
            where method.HasBody
            from instruction in method.Body.Instructions
            where instruction.OpCode.Code is Code.Call or Code.Callvirt
            where !IsAwait(method, (MethodReference)instruction.Operand)
            select new Call(FindFile(method), name((MethodReference)instruction.Operand)),
        ];
    }

    // What the compiler makes of "await".
    private static bool IsAwait(MethodDefinition method, MethodReference called) =>
        method.Name == "MoveNext" && called.Name == "GetResult";

    internal static IEnumerable<TypeDefinition> AllTypes(TypeDefinition type) =>
        type.NestedTypes.SelectMany(AllTypes).Prepend(type);

    private static string FindFile(MethodDefinition method) =>
        method.DebugInformation.HasSequencePoints
            ? Path.GetFileName(method.DebugInformation.SequencePoints[0].Document.Url.Replace('\\', '/'))
            : method.DeclaringType.Name;
}
