using System.Net;
using Argus.Tests;
using k8s.Models;
using Xunit;
using YamlDotNet.Core;

namespace Argus.Web.Tests.Deploy;

/// <summary>deploy/kubernetes.</summary>
public class KubernetesTests(Material material)
{
    private readonly Manifests manifests = Manifests.Load();

    [Fact]
    public void Every_file_is_part_of_the_kustomization_or_an_example_and_names_no_namespace()
    {
        var listed = DeployFolder.Texts(
            DeployFolder.Find(DeployFolder.ReadYaml("deploy/kubernetes/kustomization.yaml"), "resources")
        );
        Assert.Equal(
            Manifests.Files.Where(file => !file.EndsWith(".example.yaml", StringComparison.Ordinal)),
            listed.Order(StringComparer.Ordinal)
        );
        Assert.All(manifests.Everything, one => Assert.Null(one.Metadata.NamespaceProperty));
    }

    [Fact]
    public void A_misspelt_field_is_an_error()
    {
        var text = DeployFolder.Read("deploy/kubernetes/front.yaml");
        Assert.Equal(3, Manifests.Parse(text).Count());
        Assert.ThrowsAny<YamlException>(() =>
            Manifests.Parse(text.Replace("readOnlyRootFilesystem", "readOnlyRoot")).ToList()
        );
    }

    [Fact]
    public void Every_selector_matches_the_pods_that_it_is_for()
    {
        foreach (var deployment in manifests.All<V1Deployment>())
            Assert.Equal([deployment.Name()], manifests.Select(deployment.Spec.Selector.MatchLabels));
        foreach (var budget in manifests.All<V1PodDisruptionBudget>())
            Assert.Equal([budget.Name()], manifests.Select(budget.Spec.Selector.MatchLabels));
        Assert.Equal(["argus-front"], manifests.Select(Assert.Single(manifests.All<V1Service>()).Spec.Selector));
        foreach (var policy in manifests.All<V1NetworkPolicy>())
            Assert.NotEmpty(manifests.Select(policy.Spec.PodSelector.MatchLabels));
        var scaled = Assert.Single(manifests.All<V2HorizontalPodAutoscaler>()).Spec.ScaleTargetRef;
        var worker = Assert.Single(manifests.All<V1Deployment>(), one => one.Name() == scaled.Name);
        Assert.Equal((worker.Kind, worker.ApiVersion), (scaled.Kind, scaled.ApiVersion));
        // A number here would be set back with every 'kubectl apply'.
        Assert.Null(worker.Spec.Replicas);
    }

    [Fact]
    public void Every_claim_setting_secret_and_port_that_is_named_exists()
    {
        foreach (var (_, template) in manifests.Pods)
        {
            var container = Assert.Single(template.Spec.Containers);
            foreach (var volume in template.Spec.Volumes.Where(volume => volume.PersistentVolumeClaim is not null))
            {
                var claim = Assert.Single(
                    manifests.All<V1PersistentVolumeClaim>(),
                    one => one.Name() == volume.PersistentVolumeClaim.ClaimName
                );
                Assert.Equal(["ReadWriteMany"], claim.Spec.AccessModes);
            }
            Assert.Equal(
                template.Spec.Volumes.Select(volume => volume.Name).Order(),
                container.VolumeMounts.Select(mount => mount.Name).Order()
            );
            Assert.Equal(manifests.Settings.Name(), Assert.Single(container.EnvFrom).ConfigMapRef.Name);
            foreach (
                var reference in container.Env.Select(one => one.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>()
            )
            {
                var secret = Assert.Single(manifests.All<V1Secret>(), one => one.Name() == reference.Name);
                Assert.Contains(reference.Key, secret.StringData.Keys);
            }
            var ports = container.Ports.Select(port => port.Name).ToList();
            foreach (var probe in new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe })
                Assert.Contains(probe.HttpGet.Port.Value, ports);
            foreach (var port in manifests.All<V1Service>().Single().Spec.Ports)
                Assert.Contains(port.TargetPort.Value, ports);
            foreach (var rule in manifests.All<V1NetworkPolicy>().SelectMany(policy => policy.Spec.Ingress ?? []))
                Assert.All(rule.Ports, port => Assert.Contains(port.Port.Value, ports));
        }
    }

    [Fact]
    public void Every_setting_is_an_option_of_serve()
    {
        Assert.Empty(DeployFolder.FindMistakes(manifests.Settings.Data));
        foreach (var (name, template) in manifests.Pods)
        {
            var own = template.Spec.Containers[0].Env.ToDictionary(one => one.Name, one => one.Value ?? "");
            Assert.Empty(DeployFolder.FindMistakes(own));
            Assert.Equal(name == "argus-front", own["ARGUS_WORKERS"] == "0");
        }
    }

    [Fact]
    public void Pods_are_what_the_restricted_profile_asks_for_with_a_root_that_is_only_read()
    {
        Assert.NotEmpty(manifests.Pods);
        foreach (var (_, template) in manifests.Pods)
        {
            var pod = template.Spec;
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.True(pod.SecurityContext.RunAsUser > 0);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.Null(pod.HostNetwork);
            Assert.All(pod.Volumes, volume => Assert.Null(volume.HostPath));
            var container = Assert.Single(pod.Containers);
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.Null(container.SecurityContext.Capabilities.Add);
            Assert.Contains("memory", container.Resources.Limits.Keys);
            Assert.Superset(new HashSet<string> { "cpu", "memory" }, container.Resources.Requests.Keys.ToHashSet());
        }
    }

    [Fact]
    public void A_pod_is_not_killed_before_its_drain_is_over()
    {
        foreach (var (_, template) in manifests.Pods)
        {
            var pause = template.Spec.Containers[0].Lifecycle?.PreStop?.Exec.Command is ["sleep", var seconds]
                ? int.Parse(seconds)
                : 0;
            Assert.True(template.Spec.TerminationGracePeriodSeconds >= pause + manifests.DrainSeconds + 10);
        }
    }

    [Fact]
    public async Task Probes_ask_for_what_a_running_service_answers()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder);
        var paths = manifests
            .Pods.Select(pod => pod.Template.Spec.Containers[0])
            .SelectMany(one => new[] { one.StartupProbe, one.ReadinessProbe, one.LivenessProbe })
            .Select(probe => probe.HttpGet.Path)
            .Distinct();
        Assert.Equal(["/health/live", "/health/ready"], paths.Order());
        foreach (var path in paths)
        {
            using var answer = await service.Client.GetAsync(path);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode}");
        }
    }
}
