namespace Argus.Client;

/// <summary>Several files to send in one form, each read while it is sent.</summary>
/// <param name="paths">The files, in order.</param>
internal sealed class BatchUpload(IReadOnlyList<string> paths) : RequestContent
{
    private const int FileBufferBytes = 1 << 16;

    /// <inheritdoc/>
    public override HttpContent Create()
    {
        var form = new MultipartFormDataContent();
        try
        {
            foreach (var path in paths)
                form.Add(VideoUpload.CreateFile(Open(path), Path.GetFileName(path)));
            return form;
        }
        catch
        {
            form.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file to be read once, from beginning to end.</summary>
    public static FileStream Open(string path) =>
        new(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read,
            FileBufferBytes,
            FileOptions.Asynchronous | FileOptions.SequentialScan
        );
}
