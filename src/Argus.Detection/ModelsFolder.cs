using System.Text.Json;
using Argus.Recipes;

namespace Argus.Detection;

/// <summary>
/// A folder with specialists (<c>*.onnx</c>), <c>council.json</c> and <c>manifest.json</c>, which holds the hash of
/// each file. What was changed, damaged or added by somebody else is noticed before it is used.
/// </summary>
public sealed class ModelsFolder : IDisposable
{
    /// <summary>Name of the file that lists the models' hashes.</summary>
    public const string Manifest = "manifest.json";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly SharedBackbone? backbone;

    private ModelsFolder(
        string path,
        Council council,
        Scope? scope,
        IReadOnlyDictionary<string, CouncilModel> specialists,
        SharedBackbone? backbone,
        IReadOnlyDictionary<string, string> hashes
    )
    {
        Hashes = hashes;
        this.backbone = backbone;
        Path = path;
        Council = council;
        Scope = scope;
        Specialists = specialists;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>How the specialists are fused.</summary>
    public Council Council { get; }

    /// <summary>What it was tested on; null for a folder that does not say.</summary>
    public Scope? Scope { get; }

    /// <summary>SHA-256 of each file that the manifest names.</summary>
    public IReadOnlyDictionary<string, string> Hashes { get; }

    /// <summary>By name, in the council's order.</summary>
    public IReadOnlyDictionary<string, CouncilModel> Specialists { get; }

    /// <summary>Checks hashes, and asks each model the golden input.</summary>
    /// <param name="threads">Processor cores for one call of a model; 0: all.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="path">The folder.</param>
    /// <exception cref="RequestException">It is no models folder.</exception>
    /// <exception cref="ArgusException">A file is missing, changed or does not compute what it should.</exception>
    public static async Task<ModelsFolder> LoadAsync(string path, int threads = 0, CancellationToken cancel = default)
    {
        if (File.Exists(path))
            throw new RequestException($"{path} is a file; name a models folder.");
        if (!Directory.Exists(path))
            throw new RequestException(
                $"There is no folder {path}. In a checkout of Argus, 'argus export CHECKPOINT --out {path}' makes one."
            );
        var council = Council.Read(path);
        var hashes = ReadManifest(path);
        // A folder of an earlier version has no scope; one whose manifest names a scope lost it.
        var hasScope = hashes.ContainsKey(Scope.FileName) || HasScope(path);
        var hasBackbone = hashes.ContainsKey(SharedBackbone.FileName);
        var foreign = council.Members.Where(member =>
            hashes.ContainsKey(ForeignCard.FileOf(member.Name)) || HasCard(path, member.Name)
        );
        var parts = Parts(council, foreign, hasScope, hasBackbone).ToList();
        await CheckHashesAsync(path, parts.Where(name => !IsMember(name)), hashes, cancel);
        var models = new CouncilModel?[council.Members.Count];
        SharedBackbone? backbone = null;
        try
        {
            backbone = hasBackbone ? SharedBackbone.Load(path, threads) : null;
            // Opening a model is the work of one core, and so is its hash. The golden input takes both, and memory that
            // the arena does not give back.
            using var golden = new SemaphoreSlim(1);
            await Parallel.ForAsync(
                0,
                models.Length,
                new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount },
                async (i, stop) =>
                {
                    var name = council.Members[i].Name;
                    await CheckHashesAsync(path, [FileOf(name)], hashes, stop);
                    models[i] = LoadMember(path, name, threads, backbone);
                    await golden.WaitAsync(stop);
                    try
                    {
                        models[i]!.Check();
                    }
                    finally
                    {
                        golden.Release();
                    }
                }
            );
            return new ModelsFolder(
                path,
                council,
                hasScope ? Scope.Read(path) : null,
                council.Members.Zip(models).ToDictionary(pair => pair.First.Name, pair => pair.Second!),
                backbone,
                hashes
            );
        }
        catch
        {
            foreach (var model in models)
                model?.Dispose();
            backbone?.Dispose();
            throw;
        }

        bool IsMember(string file) => council.Members.Any(member => FileOf(member.Name) == file);
    }

    private static async Task CheckHashesAsync(
        string path,
        IEnumerable<string> names,
        Dictionary<string, string> hashes,
        CancellationToken cancel
    )
    {
        foreach (var name in names)
        {
            var file = System.IO.Path.Combine(path, name);
            if (!hashes.TryGetValue(name, out var expected))
                throw new ArgusException($"{path}: {Manifest} does not name {name}. Export the models anew.");
            if (!File.Exists(file))
                throw new ArgusException($"{file} is missing. Export the models anew.");
            if (await FileHash.Sha256Async(file, cancel) != expected)
                throw new ArgusException(
                    $"{file} is not the file that was exported: its hash differs from {Manifest}'s. Export the "
                        + "models anew."
                );
        }
    }

    /// <summary>
    /// What the council's members want to see of a video, by their names, before any of them was checked; null where
    /// the folder does not say it so quickly.
    /// </summary>
    internal static IReadOnlyDictionary<string, Recipe>? PeekRecipes(string path)
    {
        try
        {
            var recipes = new Dictionary<string, Recipe>();
            foreach (var name in Council.Read(path).Members.Select(member => member.Name))
            {
                var file = System.IO.Path.Combine(path, FileOf(name));
                if (
                    HasCard(path, name)
                    || OnnxFile.ReadMetadata(file)?.GetValueOrDefault(ModelMetadata.Recipe) is not { } recipe
                )
                    return null;
                recipes[name] = RecipeJson.Read(recipe, file);
            }
            return recipes;
        }
        catch (Exception error) when (error is ArgusException or IOException or UnauthorizedAccessException)
        {
            return null; // loading says what is wrong
        }
    }

    /// <summary>A model of the folder as it joins a council, whoever made it.</summary>
    /// <exception cref="ArgusException">It is no model, or its card is damaged.</exception>
    public static CouncilCandidate ReadCandidate(string folder, string name)
    {
        using var model = LoadMember(folder, name, threads: 0, backbone: null);
        return new CouncilCandidate(name, model.Calibration);
    }

    private static CouncilModel LoadMember(string folder, string name, int threads, SharedBackbone? backbone)
    {
        var file = System.IO.Path.Combine(folder, FileOf(name));
        return HasCard(folder, name)
            ? ForeignModelFile.Load(
                file,
                ForeignCard.Read(System.IO.Path.Combine(folder, ForeignCard.FileOf(name))),
                threads
            )
            : SpecialistModelFile.Load(file, threads, backbone);
    }

    private static bool HasCard(string folder, string name) =>
        File.Exists(System.IO.Path.Combine(folder, ForeignCard.FileOf(name)));

    private static IEnumerable<string> Parts(
        Council council,
        IEnumerable<CouncilMember> foreign,
        bool hasScope,
        bool hasBackbone
    ) =>
        [
            .. council.Members.Select(member => FileOf(member.Name)),
            .. foreign.Select(member => ForeignCard.FileOf(member.Name)),
            Council.FileName,
            .. hasScope ? [Scope.FileName] : Array.Empty<string>(),
            .. hasBackbone ? [SharedBackbone.FileName] : Array.Empty<string>(),
        ];

    private static bool HasScope(string path) => File.Exists(System.IO.Path.Combine(path, Scope.FileName));

    private static bool HasBackbone(string path) => File.Exists(System.IO.Path.Combine(path, SharedBackbone.FileName));

    /// <summary>The file of a specialist.</summary>
    public static string FileOf(string name) => name + ".onnx";

    /// <summary>Writes the council and the hashes of everything that belongs to it.</summary>
    public static async Task SealAsync(string path, Council council, CancellationToken cancel)
    {
        council.Write(path);
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var foreign = council.Members.Where(member => HasCard(path, member.Name));
        foreach (var name in Parts(council, foreign, HasScope(path), HasBackbone(path)))
            hashes[name] = await FileHash.Sha256Async(System.IO.Path.Combine(path, name), cancel);
        AtomicFile.Write(System.IO.Path.Combine(path, Manifest), JsonSerializer.Serialize(hashes, Json) + "\n");
    }

    private static Dictionary<string, string> ReadManifest(string path)
    {
        var file = System.IO.Path.Combine(path, Manifest);
        if (!File.Exists(file))
            throw new RequestException(
                $"{path} holds no {Manifest}; in a checkout of Argus, 'argus export CHECKPOINT --out {path}' makes a "
                    + "models folder."
            );
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file))
                ?? throw new JsonException("it is empty");
        }
        catch (JsonException error)
        {
            throw new ArgusException($"{file} is damaged ({error.Message}). Export the models anew.", error);
        }
    }

    /// <summary>Frees the models.</summary>
    public void Dispose()
    {
        foreach (var model in Specialists.Values)
            model.Dispose();
        backbone?.Dispose();
    }
}
