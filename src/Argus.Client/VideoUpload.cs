using System.Net;
using System.Net.Http.Headers;

namespace Argus.Client;

/// <summary>
/// A video to send, read from its stream while it is sent. The stream stays open: it is its owner's. One that can be
/// rewound is sent from the same place again if the request is repeated.
/// </summary>
/// <param name="video">The bytes, from the place where the stream stands.</param>
/// <param name="name">The name to show.</param>
internal sealed class VideoUpload(Stream video, string name) : RequestContent
{
    private readonly long start = video.CanSeek ? video.Position : 0;
    private bool isSent;
    private Task copying = Task.CompletedTask;

    /// <inheritdoc/>
    public override bool CanBeSent => video.CanSeek || !isSent;

    private long? Length => video.CanSeek ? video.Length - start : null;

    /// <inheritdoc/>
    public override HttpContent Create() => new MultipartFormDataContent { new FileContent(this, name) };

    /// <summary>Describes a file of a form with several. The stream is closed with the form.</summary>
    /// <param name="video">The file.</param>
    /// <param name="name">The name to show.</param>
    public static HttpContent CreateFile(Stream video, string name)
    {
        var content = new StreamContent(video);
        content.Headers.ContentDisposition = CreateDisposition(name);
        return content;
    }

    // The extended form of the parameter holds every name as it is; the other cannot write quotation marks.
    private static ContentDispositionHeaderValue CreateDisposition(string name) =>
        new("form-data") { Name = "file", FileNameStar = name };

    // A service may refuse a video before all of it is sent; what is left of that copy must end before another begins.
    private async Task CopyAsync(Stream stream, CancellationToken cancel)
    {
        if (!CanBeSent)
            throw new InvalidOperationException("The stream cannot be rewound, so its video cannot be sent again.");
        isSent = true;
        await copying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (video.CanSeek)
            video.Position = start;
        await (copying = video.CopyToAsync(stream, cancel));
    }

    private sealed class FileContent : HttpContent
    {
        private readonly VideoUpload upload;

        public FileContent(VideoUpload upload, string name)
        {
            this.upload = upload;
            Headers.ContentDisposition = CreateDisposition(name);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            upload.CopyAsync(stream, CancellationToken.None);

        protected override Task SerializeToStreamAsync(
            Stream stream,
            TransportContext? context,
            CancellationToken cancellationToken
        ) => upload.CopyAsync(stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = upload.Length ?? 0;
            return upload.Length is not null;
        }
    }
}
