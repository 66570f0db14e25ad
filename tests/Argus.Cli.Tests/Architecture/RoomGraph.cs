using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Argus.Cli.Tests.Architecture;

/// <summary>One use of a type of another room, or of another library.</summary>
/// <param name="File">The source file that uses it, by its name.</param>
/// <param name="Room">The room (namespace) of that file.</param>
/// <param name="Used">Full name of the type that is used.</param>
/// <param name="UsedRoom">Its namespace.</param>
internal sealed record Use(string File, string Room, string Used, string UsedRoom)
{
    public override string ToString() => $"{File} ({Room}) uses {Used}";
}

/// <summary>Reads out of a built assembly which types its code uses.</summary>
internal static class RoomGraph
{
    /// <summary>Every use of a type outside its own namespace.</summary>
    public static IReadOnlyList<Use> Read(string assemblyFile)
    {
        var parameters = new ReaderParameters { ReadSymbols = true, InMemory = true };
        using var assembly = AssemblyDefinition.ReadAssembly(assemblyFile, parameters);
        var uses = new HashSet<Use>();
        foreach (var type in assembly.MainModule.Types.Where(type => type.Namespace.Length > 0))
        {
            var file = FindFile(type) ?? type.Name;
            foreach (var used in FindUses(type))
            {
                var outermost = used;
                while (outermost.DeclaringType is { } outer)
                    outermost = outer;
                if (outermost.Namespace.Length > 0 && outermost.Namespace != type.Namespace)
                    uses.Add(new Use(file, type.Namespace, outermost.FullName, outermost.Namespace));
            }
        }
        return [.. uses];
    }

    private static string? FindFile(TypeDefinition type) =>
        AllTypes(type)
            .SelectMany(each => each.Methods)
            .Where(method => method.DebugInformation.HasSequencePoints)
            .Select(method => method.DebugInformation.SequencePoints[0].Document.Url)
            .Select(url => Path.GetFileName(url.Replace('\\', '/')))
            .FirstOrDefault();

    private static IEnumerable<TypeDefinition> AllTypes(TypeDefinition type) =>
        type.NestedTypes.SelectMany(AllTypes).Prepend(type);

    private static IEnumerable<TypeReference> FindUses(TypeDefinition outermost)
    {
        foreach (var type in AllTypes(outermost))
        {
            IEnumerable<TypeReference?> direct =
            [
                type.BaseType,
                .. type.Interfaces.Select(each => each.InterfaceType),
                .. type.CustomAttributes.Select(each => each.AttributeType),
                .. type.Fields.Select(field => field.FieldType),
                .. type.Properties.Select(property => property.PropertyType),
                .. type.Methods.SelectMany(FindUses),
            ];
            foreach (var used in direct.OfType<TypeReference>().SelectMany(Unfold))
                yield return used;
        }
    }

    private static IEnumerable<TypeReference> FindUses(MethodDefinition method)
    {
        yield return method.ReturnType;
        foreach (var parameter in method.Parameters)
            yield return parameter.ParameterType;
        if (!method.HasBody)
            yield break;
        foreach (var variable in method.Body.Variables)
            yield return variable.VariableType;
        foreach (var instruction in method.Body.Instructions)
        {
            foreach (var used in FindUses(instruction))
                yield return used;
        }
    }

    private static IEnumerable<TypeReference> FindUses(Instruction instruction)
    {
        switch (instruction.Operand)
        {
            case TypeReference type:
                yield return type;
                break;
            case FieldReference field:
                yield return field.DeclaringType;
                yield return field.FieldType;
                break;
            case MethodReference called:
                yield return called.DeclaringType;
                yield return called.ReturnType;
                foreach (var parameter in called.Parameters)
                    yield return parameter.ParameterType;
                if (called is GenericInstanceMethod generic)
                {
                    foreach (var argument in generic.GenericArguments)
                        yield return argument;
                }
                break;
        }
    }

    // The type itself and what it is made of: elements of arrays, arguments of generics.
    private static IEnumerable<TypeReference> Unfold(TypeReference type)
    {
        switch (type)
        {
            case GenericParameter or FunctionPointerType:
                yield break;
            case GenericInstanceType generic:
                foreach (var part in generic.GenericArguments.Append(generic.ElementType).SelectMany(Unfold))
                    yield return part;
                break;
            case TypeSpecification specification:
                foreach (var part in Unfold(specification.ElementType))
                    yield return part;
                break;
            default:
                yield return type;
                break;
        }
    }
}
