using Argus.Web.Http;
using Argus.Web.Queue;
using Argus.Web.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Argus.Web.Tests.Webhooks;

/// <summary>What of a service tells webhooks, on a database that the test fills.</summary>
internal sealed class DeliveringProcess : IAsyncDisposable
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private readonly WebhookSender sender;
    private readonly WebhookDeliverer deliverer;
    private readonly Drain drain = new();

    public DeliveringProcess(Database database, IReadOnlyList<string> hosts, IReadOnlyList<string>? privatePorts = null)
    {
        var store = new AnalysisStore(database);
        sender = new WebhookSender(
            new ServeOptions
            {
                WebhookHosts = hosts,
                WebhookSecret = Secret,
                PrivatePorts = privatePorts ?? hosts,
            }
        );
        deliverer = new WebhookDeliverer(
            new DeliveryStore(database),
            sender,
            row => WebhookBodies.CreateAsync(store, new BatchStore(database), row),
            new ServiceMetrics(),
            drain,
            NullLogger<WebhookDeliverer>.Instance
        );
        _ = deliverer.StartAsync(CancellationToken.None);
    }

    /// <summary>Adds an analysis that has failed, with a webhook.</summary>
    /// <returns>Its id.</returns>
    public static async Task<string> AddEndedAsync(Database database, Uri webhook)
    {
        var id = await AddAsync(database, webhook);
        await EndAsync(database, id);
        return id;
    }

    public static async Task<string> AddAsync(Database database, Uri webhook)
    {
        var row = new AnalysisRow
        {
            Id = $"{Guid.NewGuid():n}",
            Name = "ü.mp4",
            Sha256 = "ab",
        };
        Assert.NotNull(
            await new AnalysisStore(database).AddAsync(row, 1000, DeliveryRow.Create(webhook, row.Id, null))
        );
        return row.Id;
    }

    public static async Task EndAsync(Database database, string id)
    {
        var store = new AnalysisStore(database);
        Assert.Equal(id, (await store.ClaimAsync("worker", TimeSpan.FromHours(1)))?.Id);
        Assert.True(await store.FailAsync(id, "worker", "It was broken."));
    }

    /// <returns>The message once that holds of it.</returns>
    public static async Task<DeliveryRow> WaitAsync(Database database, string id, Func<DeliveryRow, bool> holds)
    {
        DeliveryRow? row = null;
        await RunningService.UntilAsync(async () => holds((row = await new DeliveryStore(database).FindAsync(id))!));
        return row!;
    }

    public static bool IsDelivered(DeliveryRow row) => row.State == "delivered";

    /// <summary>Claims no more and finishes what is on its way, as a service does that is asked to stop.</summary>
    public Task DrainAsync()
    {
        drain.Begin();
        return deliverer.ExecuteTask!;
    }

    public async ValueTask DisposeAsync()
    {
        await deliverer.StopAsync(CancellationToken.None);
        deliverer.Dispose();
        sender.Dispose();
        drain.Dispose();
    }
}
