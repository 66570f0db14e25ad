using k8s;
using k8s.Models;

namespace Argus.Web.Tests.Deploy;

/// <summary>The objects of deploy/kubernetes, read as an API server reads them: an unknown field is an error.</summary>
internal sealed class Manifests
{
    private const string Folder = "deploy/kubernetes";
    private readonly List<object> objects;

    private Manifests(IEnumerable<string> files) => objects = [.. files.SelectMany(Parse)];

    /// <summary>The files that hold objects.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [
        .. Directory
            .EnumerateFiles(Path.Combine(DeployFolder.Root, Folder), "*.yaml")
            .Select(path => Path.GetFileName(path))
            .Where(name => name != "kustomization.yaml")
            .Order(StringComparer.Ordinal),
    ];

    public static Manifests Load() => new(Files.Select(file => DeployFolder.Read($"{Folder}/{file}")));

    public static IEnumerable<object> Parse(string text) => KubernetesYaml.LoadAllFromString(text, strict: true);

    public IEnumerable<T> All<T>() => objects.OfType<T>();

    public IEnumerable<IKubernetesObject<V1ObjectMeta>> Everything => All<IKubernetesObject<V1ObjectMeta>>();

    /// <summary>What the pods of each Deployment are.</summary>
    public IEnumerable<(string Name, V1PodTemplateSpec Template)> Pods =>
        All<V1Deployment>().Select(deployment => (deployment.Name(), deployment.Spec.Template));

    /// <summary>The Deployments whose pods have all these labels.</summary>
    public IEnumerable<string> Select(IDictionary<string, string>? labels) =>
        Pods.Where(pod =>
                (labels ?? new Dictionary<string, string>()).All(label =>
                    pod.Template.Metadata.Labels.TryGetValue(label.Key, out var value) && value == label.Value
                )
            )
            .Select(pod => pod.Name);

    public V1ConfigMap Settings => All<V1ConfigMap>().Single();

    /// <summary>The number of seconds that a process has for what runs when it is asked to end.</summary>
    public int DrainSeconds => int.Parse(Settings.Data["ARGUS_DRAIN_SECONDS"]);
}
