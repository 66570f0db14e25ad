using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Argus.Web.Outbound;

/// <summary>
/// Signs messages as the Standard Webhooks specification 1.0 says: HMAC-SHA256 over <c>id.timestamp.body</c>.
/// </summary>
internal sealed class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int LeastSecretBytes = 24;
    private const int MostSecretBytes = 64;

    private readonly byte[] secret;

    private WebhookSignature(byte[] secret) => this.secret = secret;

    /// <summary>
    /// Reads a secret, <c>whsec_</c> and the base64 of 24 to 64 bytes; null for what is none.
    /// </summary>
    /// <param name="text">It must not appear in any message.</param>
    public static WebhookSignature? Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var bytes = new byte[text.Length];
        return
            Convert.TryFromBase64String(text[Prefix.Length..], bytes, out var count)
            && count is >= LeastSecretBytes and <= MostSecretBytes
            ? new WebhookSignature(bytes[..count])
            : null;
    }

    /// <summary>The header <c>webhook-signature</c>.</summary>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>, in seconds since 1970, UTC.</param>
    /// <param name="body">The bytes as they are sent.</param>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        hash.AppendData(body);
        return "v1," + Convert.ToBase64String(hash.GetHashAndReset());
    }
}
