using Mono.Cecil;

namespace Argus.Cli.Tests.Architecture;

/// <summary>Members that hand tuples to the outside, where a name would say more.</summary>
internal static class PublicTuples
{
    public static IReadOnlyList<string> Find(string assemblyFile)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(assemblyFile, new ReaderParameters { InMemory = true });
        return
        [
            .. from type in assembly.MainModule.Types.SelectMany(AllTypes)
            where IsVisible(type) && type.Namespace.StartsWith("Argus", StringComparison.Ordinal)
            from method in type.Methods
            where method.IsPublic
            where method.Parameters.Select(each => each.ParameterType).Append(method.ReturnType).Any(HasTuple)
            select $"{type.FullName}.{method.Name}",
        ];
    }

    private static bool IsVisible(TypeDefinition type) =>
        type.IsPublic || (type.IsNestedPublic && IsVisible(type.DeclaringType));

    private static IEnumerable<TypeDefinition> AllTypes(TypeDefinition type) =>
        type.NestedTypes.SelectMany(AllTypes).Prepend(type);

    private static bool HasTuple(TypeReference type) =>
        type switch
        {
            GenericInstanceType generic => generic.ElementType.FullName.StartsWith("System.ValueTuple`")
                || generic.GenericArguments.Any(HasTuple),
            TypeSpecification specification => specification.ElementType is { } element && HasTuple(element),
            _ => false,
        };
}
