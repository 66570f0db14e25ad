namespace Argus.Web.Outbound;

/// <summary>A rule of this service forbids a connection; the message says which.</summary>
/// <param name="message">The reason, as a sentence.</param>
internal sealed class RefusedAddressException(string message) : ArgusException(message);
