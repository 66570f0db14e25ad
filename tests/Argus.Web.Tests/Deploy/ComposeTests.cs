using Xunit;

namespace Argus.Web.Tests.Deploy;

/// <summary>deploy/compose.yaml.</summary>
public class ComposeTests
{
    private readonly Dictionary<object, object> compose = DeployFolder.ReadYaml("deploy/compose.yaml");

    private static readonly string[] Own = ["front", "worker"];

    [Fact]
    public void It_is_a_front_that_works_on_nothing_two_workers_and_a_database()
    {
        Assert.Equal(["database", "front", "worker"], Keys("services").Order());
        Assert.Equal("0", Find("services", "front", "environment", "ARGUS_WORKERS"));
        Assert.Equal("1", Find("services", "worker", "environment", "ARGUS_WORKERS"));
        Assert.Equal("2", Find("services", "worker", "deploy", "replicas"));
    }

    [Fact]
    public void Every_setting_is_an_option_of_serve()
    {
        foreach (var service in Own)
        {
            var given = (IDictionary<object, object>)Find("services", service, "environment")!;
            Assert.NotEmpty(given);
            Assert.Empty(
                DeployFolder.FindMistakes(given.Select(one => KeyValuePair.Create((string)one.Key, (string)one.Value)))
            );
        }
    }

    [Fact]
    public void Every_secret_and_volume_that_is_used_is_described_and_no_password_stands_in_it()
    {
        foreach (var service in Keys("services"))
        {
            Assert.All(
                DeployFolder.Texts(Find("services", service, "secrets")),
                secret => Assert.Contains(secret, Keys("secrets"))
            );
            Assert.All(
                DeployFolder.Texts(Find("services", service, "volumes")),
                volume => Assert.Contains(volume.Split(':')[0], Keys("volumes"))
            );
        }
        Assert.DoesNotContain("Password=", DeployFolder.Read("deploy/compose.yaml"), StringComparison.Ordinal);
        Assert.Null(Find("services", "database", "environment", "POSTGRES_PASSWORD"));
    }

    [Fact]
    public void Every_service_has_a_health_check_and_is_started_again()
    {
        foreach (var service in Keys("services"))
            Assert.Equal("unless-stopped", Find("services", service, "restart"));
        Assert.NotNull(Find("services", "database", "healthcheck", "test"));
        // The other two have the image's.
        Assert.Contains(Dockerfile.Load().Last, one => one.Word == "HEALTHCHECK");
        foreach (var service in Own)
        {
            Assert.Null(Find("services", service, "healthcheck"));
            Assert.Equal("service_healthy", Find("services", service, "depends_on", "database", "condition"));
        }
    }

    [Fact]
    public void Containers_write_nothing_but_their_data_and_have_the_time_that_a_drain_takes()
    {
        foreach (var service in Own)
        {
            Assert.Equal("true", Find("services", service, "read_only"));
            Assert.Equal(["ALL"], DeployFolder.Texts(Find("services", service, "cap_drop")));
            Assert.Contains("no-new-privileges:true", DeployFolder.Texts(Find("services", service, "security_opt")));
            var drain = int.Parse((string)Find("services", service, "environment", "ARGUS_DRAIN_SECONDS")!);
            var grace = int.Parse(((string)Find("services", service, "stop_grace_period")!).TrimEnd('s'));
            Assert.True(grace >= drain + 10, $"{service}: {grace} s for a drain of {drain} s");
        }
    }

    private object? Find(params string[] keys) => DeployFolder.Find(compose, keys);

    private IEnumerable<string> Keys(string key) => ((IDictionary<object, object>)compose[key]).Keys.Cast<string>();
}
