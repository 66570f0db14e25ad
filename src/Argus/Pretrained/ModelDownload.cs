using System.Net;
using System.Net.Http.Headers;

namespace Argus.Pretrained;

/// <summary>How far a download is.</summary>
/// <param name="Done">Bytes that are here.</param>
/// <param name="Total">Bytes in all; null where the server does not say.</param>
public readonly record struct DownloadProgress(long Done, long? Total);

/// <summary>
/// Brings a <see cref="PretrainedModel"/> to its place: from its official address, resumable, or from a local file;
/// never unchecked.
/// </summary>
public static class ModelDownload
{
    /// <exception cref="ArgusException">The address cannot be reached, or what came is not the pinned file.</exception>
    public static async Task PullAsync(
        PretrainedModel model,
        HttpClient client,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancel
    )
    {
        Directory.CreateDirectory(Path.GetDirectoryName(model.Path)!);
        if (model.Package is { } package)
        {
            await TakeAsync(model, await PackageRestore.RunAsync(package, cancel), cancel);
            return;
        }
        var partial = model.Path + ".partial";
        try
        {
            await FetchAsync(model, client, partial, progress, cancel);
        }
        catch (Exception error)
            when (error is HttpRequestException or IOException
                || error is OperationCanceledException && !cancel.IsCancellationRequested
            )
        {
            var kept = File.Exists(partial)
                ? $" {new FileInfo(partial).Length} bytes are kept; the same command goes on from there."
                : "";
            throw new ArgusException(
                $"{model.Name} could not be fetched from {model.Address}: {error.Message.TrimEnd('.')}.{kept} "
                    + $"Without a network: download it elsewhere and run 'argus models pull {model.Name} --from "
                    + "FILE'.",
                error
            );
        }
        var hash = await FileHash.Sha256Async(partial, cancel);
        if (!Accepts(model, hash))
        {
            File.Delete(partial);
            throw new ArgusException(
                $"What {model.Address} sent is not the pinned file: its SHA-256 is {hash}, not "
                    + $"{model.Hashes[0]}…. It was deleted; try again later or use --from FILE."
            );
        }
        File.Move(partial, model.Path, overwrite: true);
    }

    /// <exception cref="RequestException">There is no such file.</exception>
    /// <exception cref="ArgusException">It is not the pinned file.</exception>
    public static async Task TakeAsync(PretrainedModel model, string file, CancellationToken cancel)
    {
        if (!File.Exists(file))
            throw new RequestException($"{file} does not exist.");
        var hash = await FileHash.Sha256Async(file, cancel);
        if (!Accepts(model, hash))
            throw new ArgusException(
                $"{file} is not {model.Name}: its SHA-256 is {hash}, pinned is "
                    + $"{string.Join(" or ", model.Hashes.Select(h => h.Length == 64 ? h : h + "…"))}. Get it from "
                    + $"{model.Address}."
            );
        Directory.CreateDirectory(Path.GetDirectoryName(model.Path)!);
        var partial = model.Path + ".partial";
        File.Copy(file, partial, overwrite: true);
        File.Move(partial, model.Path, overwrite: true);
    }

    private static bool Accepts(PretrainedModel model, string hash) =>
        model.Hashes.Any(pinned => hash.StartsWith(pinned, StringComparison.Ordinal));

    private static async Task FetchAsync(
        PretrainedModel model,
        HttpClient client,
        string partial,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancel
    )
    {
        var have = File.Exists(partial) ? new FileInfo(partial).Length : 0;
        using var request = new HttpRequestMessage(HttpMethod.Get, model.Address);
        if (have > 0)
            request.Headers.Range = new RangeHeaderValue(have, null);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        // Nothing beyond what is there: the earlier attempt had everything and only the check is left.
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            return;
        response.EnsureSuccessStatusCode();
        var resumed = response.StatusCode == HttpStatusCode.PartialContent;
        var done = resumed ? have : 0;
        var total = response.Content.Headers.ContentLength + done;
        await using var file = new FileStream(partial, resumed ? FileMode.Append : FileMode.Create);
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[1 << 16];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancel)) > 0)
        {
            await file.WriteAsync(buffer.AsMemory(0, read), cancel);
            done += read;
            progress?.Report(new DownloadProgress(done, total));
        }
        if (total is { } expected && done < expected)
            throw new IOException($"the connection ended after {done} of {expected} bytes");
    }
}
