using System.Text.RegularExpressions;
using Argus.Tests;
using k8s.Models;
using Xunit;

namespace Argus.Web.Tests.Deploy;

/// <summary>deploy/prometheus.</summary>
public partial class PrometheusTests(Material material)
{
    [Fact]
    public async Task Alerts_and_the_autoscaler_ask_for_figures_that_a_running_service_has()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder);
        var figures = Figure()
            .Matches(await service.Client.GetStringAsync("/metrics"))
            .Select(match => match.Groups[1].Value)
            .ToHashSet();
        foreach (var file in new[] { "alerts.yaml", "adapter.yaml" })
        {
            var asked = Asked()
                .Matches(DeployFolder.Read($"deploy/prometheus/{file}"))
                .Select(match => match.Value)
                .Where(name => name != "argus_queue_queued")
                .ToHashSet();
            Assert.NotEmpty(asked);
            Assert.Subset(figures, asked);
        }
    }

    [Fact]
    public void The_adapter_gives_the_metric_that_the_autoscaler_asks_for()
    {
        var scaler = Assert.Single(Manifests.Load().All<V2HorizontalPodAutoscaler>());
        var name = Assert.Single(scaler.Spec.Metrics).External.Metric.Name;
        Assert.Contains($"as: {name}\n", DeployFolder.Read("deploy/prometheus/adapter.yaml"), StringComparison.Ordinal);
    }

    [GeneratedRegex("^# TYPE (argus_[a-z_]+) ", RegexOptions.Multiline)]
    private static partial Regex Figure();

    [GeneratedRegex("argus_[a-z_]+")]
    private static partial Regex Asked();
}
