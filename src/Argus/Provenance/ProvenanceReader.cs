using System.Text.Json;

namespace Argus.Provenance;

/// <summary>
/// Reads the C2PA manifest that a JPEG, PNG, MP4 or one of their relatives carries: what it says of the file's origin,
/// whether the file is what it was made for, and whether its parts are those that it names. Signatures are not judged.
/// </summary>
public static class ProvenanceReader
{
    private const int MostItems = 200;
    private const string Store = "c2pa";
    private const string ManifestKind = "c2ma";
    private const string UpdateKind = "c2um";
    private const string ClaimKind = "c2cl";
    private const string AssertionsKind = "c2as";
    private const string SignatureKind = "c2cs";
    private const string SelfReference = "self#jumbf=";

    /// <summary>The manifest of a file; null where it carries none.</summary>
    /// <param name="path">Any file.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static ProvenanceManifest? Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        try
        {
            return EmbeddedStore.Read(file) is { } bytes ? Read(file, bytes) : null;
        }
        catch (Exception error) when (error is FormatException or OverflowException or EndOfStreamException)
        {
            return Damaged(error.Message);
        }
    }

    private static ProvenanceManifest Damaged(string what) =>
        new(
            "",
            null,
            [],
            [],
            [],
            0,
            HasSignature: false,
            ContentBinding.NotChecked,
            "its manifests cannot be read",
            [$"its C2PA manifests are damaged: {what}"]
        );

    private static ProvenanceManifest Read(FileStream file, byte[] bytes)
    {
        var store =
            JumbfBox.Parse(bytes).FirstOrDefault(box => box.Kind == Store)
            ?? throw new FormatException("no manifest store is in them");
        var manifests = store.Boxes.Where(box => box.Kind is ManifestKind or UpdateKind).ToList();
        if (manifests.Count == 0)
            throw new FormatException("their store is empty");
        // The last is the file's own, those before are of what it was made of.
        var active = manifests[^1];
        var claim = ReadClaim(active);
        var problems = new List<string>();
        CheckAssertions(active, claim, problems);
        var types = new List<string>();
        CollectTypes(manifests, active, types, [], problems);
        var binding = CheckBinding(file, active, claim);
        var generator = Generator(claim);
        return new ProvenanceManifest(
            generator,
            CborTree.GetText(claim, "dc:title"),
            [.. Actions(active)],
            [.. types.Distinct().Take(MostItems)],
            [.. Ingredients(active).Select(one => CborTree.GetText(one, "dc:title") ?? "untitled").Take(MostItems)],
            manifests.Count,
            active.Find(SignatureKind) is not null,
            binding.Binding,
            binding.Reason,
            [.. problems.Distinct().Take(MostItems)]
        );
    }

    private static object? ReadClaim(JumbfBox manifest)
    {
        var claim = manifest.Find(ClaimKind) ?? throw new FormatException("a manifest has no claim");
        var content =
            claim.Boxes.FirstOrDefault(box => box.Type == "cbor") ?? throw new FormatException("a claim is empty");
        return CborTree.Parse(content.Content);
    }

    private static string Generator(object? claim)
    {
        // A list in version 1 of claims, a map in version 2.
        var info = CborTree.Get(claim, "claim_generator_info");
        var first = info as Dictionary<string, object?> ?? (info as List<object?>)?.FirstOrDefault();
        return NameAndVersion(first) ?? CborTree.GetText(claim, "claim_generator") ?? "";
    }

    private static string? NameAndVersion(object? agent) =>
        agent as string
        ?? (
            CborTree.GetText(agent, "name") is { } name
                ? $"{name} {CborTree.GetText(agent, "version")}".TrimEnd()
                : null
        );

    private static IEnumerable<JumbfBox> Assertions(JumbfBox manifest) => manifest.Find(AssertionsKind)?.Boxes ?? [];

    // "c2pa.actions.v2__1" is another of the kind "c2pa.actions".
    private static bool IsLabelled(JumbfBox box, string label) =>
        box.Label == label
        || box.Label.StartsWith($"{label}.", StringComparison.Ordinal)
        || box.Label.StartsWith($"{label}__", StringComparison.Ordinal);

    private static object? Content(JumbfBox assertion)
    {
        foreach (var box in assertion.Boxes)
        {
            if (box.Type == "cbor")
                return CborTree.Parse(box.Content);
            if (box.Type == "json")
                return JsonTree(box.Content);
        }
        return null;
    }

    private static object? JsonTree(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var json = JsonDocument.Parse(content);
            return Convert(json.RootElement);
        }
        catch (JsonException error)
        {
            throw new FormatException($"its JSON is damaged: {error.Message}", error);
        }

        static object? Convert(JsonElement element) =>
            element.ValueKind switch
            {
                JsonValueKind.Object => element
                    .EnumerateObject()
                    .GroupBy(property => property.Name)
                    .ToDictionary(same => same.Key, same => Convert(same.Last().Value)),
                JsonValueKind.Array => element.EnumerateArray().Select(Convert).ToList(),
                JsonValueKind.String => element.GetString(),
                _ => null,
            };
    }

    private static IEnumerable<ProvenanceAction> Actions(JumbfBox manifest) =>
        Assertions(manifest)
            .Where(box => IsLabelled(box, "c2pa.actions"))
            .SelectMany(box => CborTree.GetList(Content(box), "actions"))
            .Take(MostItems)
            .Select(action => new ProvenanceAction(
                CborTree.GetText(action, "action") ?? "unnamed",
                NameAndVersion(CborTree.Get(action, "softwareAgent")),
                CborTree.GetText(action, "digitalSourceType")
            ));

    private static IEnumerable<object?> Ingredients(JumbfBox manifest) =>
        Assertions(manifest).Where(box => IsLabelled(box, "c2pa.ingredient")).Select(Content);

    // In actions, and wherever else an assertion uses IPTC's property; then in the manifests of the ingredients.
    private static void CollectTypes(
        List<JumbfBox> manifests,
        JumbfBox manifest,
        List<string> types,
        HashSet<string> path,
        List<string> problems
    )
    {
        if (!path.Add(manifest.Label))
        {
            problems.Add("its ingredients refer to one another in a circle");
            return;
        }
        foreach (var assertion in Assertions(manifest))
            CollectTypes(Content(assertion), types);
        foreach (var ingredient in Ingredients(manifest))
        {
            var reference = CborTree.Get(ingredient, "activeManifest") ?? CborTree.Get(ingredient, "c2pa_manifest");
            if (CborTree.GetText(reference, "url") is not { } address)
                continue;
            var label = address[(address.LastIndexOf('/') + 1)..];
            if (manifests.FirstOrDefault(one => one.Label == label) is { } of)
                CollectTypes(manifests, of, types, path, problems);
            else
                problems.Add($"it names the manifest {label} of an ingredient, which is not there");
        }
        path.Remove(manifest.Label);
    }

    private static void CollectTypes(object? tree, List<string> types)
    {
        if (tree is Dictionary<string, object?> map)
        {
            foreach (var (name, value) in map)
            {
                if (value is string text && name.EndsWith("digitalSourceType", StringComparison.OrdinalIgnoreCase))
                    types.Add(text);
                else
                    CollectTypes(value, types);
            }
        }
        else if (tree is List<object?> list)
        {
            foreach (var value in list)
                CollectTypes(value, types);
        }
    }

    // The claim names its assertions with their hashes: who alters one is found.
    private static void CheckAssertions(JumbfBox manifest, object? claim, List<string> problems)
    {
        var assertions = Assertions(manifest).ToList();
        var algorithm = CborTree.GetText(claim, "alg");
        var named = new[] { "assertions", "created_assertions", "gathered_assertions" }
            .SelectMany(list => CborTree.GetList(claim, list))
            .Take(MostItems);
        foreach (var reference in named)
        {
            var address = CborTree.GetText(reference, "url") ?? "";
            if (!address.StartsWith(SelfReference, StringComparison.Ordinal))
                continue;
            var label = address[(address.LastIndexOf('/') + 1)..];
            var found = assertions.FirstOrDefault(box => box.Label == label);
            using var hash = HashBinding.CreateHash(CborTree.GetText(reference, "alg") ?? algorithm ?? "sha256");
            if (found is null)
                problems.Add($"its part {label} is missing");
            else if (hash is not null && CborTree.Get(reference, "hash") is byte[] expected)
            {
                hash.AppendData(found.Content.Span);
                if (!hash.GetHashAndReset().AsSpan().SequenceEqual(expected))
                    problems.Add($"its part {label} was altered after the manifest was made");
            }
        }
    }

    private static HashBinding CheckBinding(FileStream file, JumbfBox manifest, object? claim)
    {
        var binding = Assertions(manifest)
            .FirstOrDefault(box => IsLabelled(box, "c2pa.hash.data") || IsLabelled(box, "c2pa.hash.bmff"));
        if (binding is not null)
            return HashBinding.Check(file, binding.Label, Content(binding), CborTree.GetText(claim, "alg"));
        return HashBinding.NotChecked(
            manifest.Kind == UpdateKind ? "the manifest is an update of an earlier one"
            : Assertions(manifest).Any(box => IsLabelled(box, "c2pa.hash.boxes"))
                ? "it is bound by the hashes of single boxes, which are not read"
            : "it binds no content"
        );
    }
}
