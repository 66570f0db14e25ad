namespace Argus.Client;

/// <summary>What a request sends.</summary>
internal abstract class RequestContent
{
    /// <summary>Whether it can be sent, again if it was sent before.</summary>
    public virtual bool CanBeSent => true;

    /// <summary>Describes it for one attempt.</summary>
    public abstract HttpContent Create();
}
