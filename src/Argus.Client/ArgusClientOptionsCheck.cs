using Microsoft.Extensions.Options;

namespace Argus.Client;

/// <summary>Refuses options that make no sense when a program starts.</summary>
internal sealed class ArgusClientOptionsCheck : IValidateOptions<ArgusClientOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ArgusClientOptions options)
    {
        var fault = options.Address is null ? "Address is missing: where is the service?" : options.FindFault();
        return fault is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail($"Argus client: {fault}");
    }
}
