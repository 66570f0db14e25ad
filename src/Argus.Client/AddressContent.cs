using System.Text.Json;

namespace Argus.Client;

/// <summary>The addresses of videos that the service is to fetch itself.</summary>
/// <param name="addresses">One with a batch of its own, or alone.</param>
/// <param name="isBatch">Whether they are a batch.</param>
internal sealed class AddressContent(IReadOnlyList<Uri> addresses, bool isBatch) : RequestContent
{
    public override HttpContent Create() =>
        new StringContent(
            isBatch
                ? JsonSerializer.Serialize(
                    new AddressList([.. addresses.Select(address => address.AbsoluteUri)]),
                    AnswerJson.Default.AddressList
                )
                : JsonSerializer.Serialize(
                    new SingleAddress(addresses[0].AbsoluteUri),
                    AnswerJson.Default.SingleAddress
                ),
            System.Text.Encoding.UTF8,
            "application/json"
        );
}

/// <summary>The body that asks for one video.</summary>
internal sealed record SingleAddress(string Url);

/// <summary>The body that asks for several.</summary>
internal sealed record AddressList(IReadOnlyList<string> Urls);
