namespace Argus.Detection;

/// <summary>A file that nobody else can read and that is gone when it is disposed.</summary>
internal sealed class ScratchFile : IDisposable
{
    private ScratchFile(string path) => Path = path;

    public string Path { get; }

    /// <summary>Writes all of a stream, from its present position.</summary>
    /// <param name="content">Is not closed.</param>
    /// <param name="folder">Where the file lies; it must exist.</param>
    /// <param name="cancel">Stops it; nothing is left.</param>
    public static async Task<ScratchFile> CreateAsync(Stream content, string folder, CancellationToken cancel)
    {
        var file = new ScratchFile(System.IO.Path.Combine(folder, $"argus-{Guid.NewGuid():n}.partial"));
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Options = FileOptions.Asynchronous,
            };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using var target = new FileStream(file.Path, options);
            await content.CopyToAsync(target, cancel);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => File.Delete(Path);
}
