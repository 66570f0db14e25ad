using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Argus.Client;

/// <summary>Sends requests to a service. Whatever is no success is an <see cref="ArgusClientException"/>.</summary>
internal sealed class ServiceConnection
{
    private readonly HttpClient http;
    private readonly Uri address;

    /// <summary>Checks the options.</summary>
    /// <param name="http">What sends.</param>
    /// <param name="options">The address, unless <paramref name="http"/> has it, the key and the limits.</param>
    /// <exception cref="ArgumentException">An option makes no sense, or there is no address.</exception>
    public ServiceConnection(HttpClient http, ArgusClientOptions options)
    {
        if (options.FindFault() is { } fault)
            throw new ArgumentException(fault, nameof(options));
        this.http = http;
        Options = options;
        var given =
            options.Address
            ?? http.BaseAddress
            ?? throw new ArgumentException("The HttpClient has no BaseAddress: where is the service?", nameof(http));
        // Without the slash, the last part of a path under which a proxy has the service would be replaced.
        address = new Uri(given.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
    }

    /// <summary>The options.</summary>
    public ArgusClientOptions Options { get; }

    /// <summary>Sends a request and reads its whole answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="type">The form of the answer.</param>
    /// <param name="cancel">Stops it.</param>
    public Task<T> ReadAsync<T>(ServiceRequest request, JsonTypeInfo<T> type, CancellationToken cancel) =>
        GuardAsync(
            request,
            async limited =>
            {
                using var response = await SendAsync(request, limited);
                await using var body = await response.Content.ReadAsStreamAsync(limited);
                return await JsonSerializer.DeserializeAsync(body, type, limited)
                    ?? throw new JsonException("It is null.");
            },
            cancel
        );

    /// <summary>Sends a request and waits until its answer begins.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The answer, whose body is still to be read, and which is the caller's to dispose of.</returns>
    public Task<HttpResponseMessage> OpenAsync(ServiceRequest request, CancellationToken cancel) =>
        GuardAsync(request, limited => SendAsync(request, limited), cancel);

    /// <summary>Makes the exception that says how the connection broke, or that an answer cannot be read.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="error">What happened.</param>
    public ArgusClientException Explain(ServiceRequest request, Exception error) =>
        error is JsonException
            ? new ArgusClientException(
                $"What {address} answers to {Describe(request)} is no answer of this API ({error.Message}). "
                    + "Is it the address of 'argus serve'?",
                error
            )
            : new ArgusClientException(
                $"{address} cannot be reached or broke off ({Describe(request)}): {error.GetBaseException().Message}"
                    + (
                        request.Upload is null
                            ? ""
                            : " A service that refuses a video which is still on its way ends the connection: is it a "
                                + "video, and not too large?"
                    ),
                error
            )
            {
                IsConnectionFault = true,
            };

    // Retries are within, so that each of them has the time limit that a request has.
    private async Task<T> GuardAsync<T>(
        ServiceRequest request,
        Func<CancellationToken, Task<T>> sendAsync,
        CancellationToken cancel
    )
    {
        for (var retries = 0; ; retries++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            if (request.Upload is null)
                limit.CancelAfter(Options.RequestLimit);
            try
            {
                return await sendAsync(limit.Token);
            }
            catch (ArgusClientException error) when (MayRepeat(request, error, retries))
            {
                await Task.Delay(error.RetryAfter!.Value, cancel);
            }
            catch (OperationCanceledException error)
            {
                cancel.ThrowIfCancellationRequested();
                throw ExplainTimeout(request, limit.IsCancellationRequested, error);
            }
            catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
            {
                throw Explain(request, error);
            }
        }
    }

    private async Task<HttpResponseMessage> SendAsync(ServiceRequest request, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(request.Method, new Uri(address, request.Path));
        message.Headers.Accept.ParseAdd(request.Accept);
        message.Headers.Accept.ParseAdd("application/problem+json");
        if (Options.Key is { } key)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (request.Upload is { } upload)
        {
            message.Content = upload.Create();
            // A wrong key, a full queue or too many uploads are said before the video is on its way.
            message.Headers.ExpectContinue = true;
        }
        var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (IsSuccess(request, response))
            return response;
        using (response)
            throw await Refusals.ReadAsync(Describe(request), response, cancel);
    }

    private static bool IsSuccess(ServiceRequest request, HttpResponseMessage response) =>
        response.StatusCode == request.Success
        || (
            response.StatusCode == request.OtherSuccess
            && response.Content.Headers.ContentType?.MediaType == request.Accept
        );

    private bool MayRepeat(ServiceRequest request, ArgusClientException error, int retries) =>
        retries < Options.MostRetries
        && error.IsTransient
        && error.RetryAfter is { } wait
        && wait <= Options.LongestRetryAfter
        && request.Upload is not { CanBeSent: false };

    private ArgusClientException ExplainTimeout(ServiceRequest request, bool isOwnLimit, Exception error)
    {
        var limit = isOwnLimit
            ? $"{Options.RequestLimit.TotalSeconds:0.#} s ({nameof(ArgusClientOptions.RequestLimit)})"
            : $"{http.Timeout.TotalSeconds:0.#} s (HttpClient.Timeout, which counts for uploads too)";
        return new ArgusClientException($"{address} did not answer to {Describe(request)} in {limit}.", error)
        {
            IsConnectionFault = true,
        };
    }

    private static string Describe(ServiceRequest request) => $"{request.Method} /{request.Path}";
}
