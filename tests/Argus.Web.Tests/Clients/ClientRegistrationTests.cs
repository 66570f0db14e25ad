using Argus.Client;
using Argus.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace Argus.Web.Tests.Clients;

/// <summary>The client as a service of a program.</summary>
public class ClientRegistrationTests(Material material)
{
    [Fact]
    public async Task A_program_gets_a_client_with_its_address_and_handlers_of_its_own()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder, null, "--workers", "0");
        var services = new ServiceCollection();
        using var recorder = new Recorder();
        services
            .AddArgusClient(options => options.Address = service.Address)
            .ConfigurePrimaryHttpMessageHandler(() => recorder);
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<ArgusClient>();
        Assert.True((await client.GetHealthAsync()).IsOk);
        Assert.Equal(new Uri(service.Address, "healthz"), Assert.Single(recorder.Exchanges).Uri);
        // An upload may take as long as it takes.
        var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(ArgusClient));
        Assert.Equal(Timeout.InfiniteTimeSpan, http.Timeout);
    }

    [Theory]
    [InlineData(null, "k", "Address is missing")]
    [InlineData("/v1", "k", "Address /v1 is no address")]
    [InlineData("ftp://127.0.0.1", "k", "is no address")]
    [InlineData("http://127.0.0.1", "", "Key is no key")]
    [InlineData("http://127.0.0.1", "a b", "Key is no key")]
    [InlineData("http://127.0.0.1", "a\nb", "Key is no key")]
    public async Task Wrong_options_stop_a_program_when_it_starts(string? address, string key, string reason)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddArgusClient(options =>
        {
            options.Address = address is null ? null : new Uri(address, UriKind.RelativeOrAbsolute);
            options.Key = key;
        });
        using var host = builder.Build();
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_limits_and_a_missing_address_are_refused_at_once()
    {
        using var http = new HttpClient();
        var address = new Uri("http://127.0.0.1");
        foreach (
            var options in new ArgusClientOptions[]
            {
                new(),
                new() { Address = address, MostRetries = -1 },
                new() { Address = address, RequestLimit = TimeSpan.Zero },
                new() { Address = address, ResumeLimit = TimeSpan.FromSeconds(-1) },
                new() { Address = address, ResumePause = TimeSpan.MaxValue },
                new() { Address = address, SilenceLimit = TimeSpan.Zero },
            }
        )
            Assert.Throws<ArgumentException>(() => new ArgusClient(http, options));
        Assert.NotNull(
            new ArgusClient(http, new ArgusClientOptions { Address = address, ResumeLimit = TimeSpan.Zero })
        );
    }
}
