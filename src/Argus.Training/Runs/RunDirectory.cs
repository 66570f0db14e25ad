using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Argus.Training.Checkpoints;

namespace Argus.Training.Runs;

/// <summary>
/// The files of a run. Checkpoints are folders named by epoch and step; <c>best</c> and <c>last</c> are links to two of
/// them, replaced in one move, so that at every moment each stands for a whole checkpoint.
/// </summary>
public sealed partial class RunDirectory(string path)
{
    private const string CheckpointsName = "checkpoints";
    internal const string BestName = "best";
    private const string LastName = "last";
    private const string EvaluationName = "evaluation";

    public string Folder { get; } = System.IO.Path.GetFullPath(path);

    public string Recipe => System.IO.Path.Combine(Folder, "recipe.yaml");
    public string Metrics => System.IO.Path.Combine(Folder, "metrics.jsonl");
    public string Predictions => System.IO.Path.Combine(Folder, "predictions");

    /// <summary>The last epoch's validation predictions, and the best checkpoint's.</summary>
    public string ValidationPredictions => System.IO.Path.Combine(Predictions, "validation.csv");
    public string BestPredictions => System.IO.Path.Combine(Predictions, "validation-best.csv");
    public string Plots => System.IO.Path.Combine(Folder, "plots");
    public string TensorBoard => System.IO.Path.Combine(Folder, "tensorboard");
    public string Checkpoints => System.IO.Path.Combine(Folder, CheckpointsName);
    public string Best => System.IO.Path.Combine(Checkpoints, BestName);
    public string Last => System.IO.Path.Combine(Checkpoints, LastName);

    /// <summary>Where the run is evaluated unless the user says otherwise.</summary>
    public string Evaluation => System.IO.Path.Combine(Folder, EvaluationName);

    public bool HasCheckpoint => Directory.Exists(Last);

    /// <summary>A path of this run with the run's folder as the user gave it.</summary>
    public string AsGiven(string file) => System.IO.Path.Combine(path, System.IO.Path.GetRelativePath(Folder, file));

    /// <summary>Whether the folder holds a run, or what a run leaves behind.</summary>
    public bool Exists => Directory.Exists(Checkpoints);

    /// <summary>The run that a folder is the evaluation of; null for other folders.</summary>
    public static RunDirectory? FindEvaluated(string folder) =>
        System.IO.Path.GetFileName(folder) == EvaluationName
            ? new RunDirectory(System.IO.Path.GetDirectoryName(folder)!)
            : null;

    /// <summary>
    /// Begins or goes on: folders exist, leftovers of a killed process are gone, and no other process trains here until
    /// the result is disposed.
    /// </summary>
    /// <exception cref="ArgusException">Another process does.</exception>
    public IDisposable Open()
    {
        Directory.CreateDirectory(Checkpoints);
        var held = FolderLock.Acquire(Folder, "is training in");
        foreach (var leftover in Directory.EnumerateDirectories(Checkpoints, ".partial-*"))
            Directory.Delete(leftover, recursive: true);
        foreach (var leftover in new DirectoryInfo(Checkpoints).EnumerateFileSystemInfos(".link-*"))
            leftover.Delete();
        return held;
    }

    /// <summary>Cuts metrics.jsonl to what the checkpoint knows of; later lines are of work that was lost.</summary>
    public void CutMetrics(long bytes)
    {
        using var file = new FileStream(Metrics, FileMode.OpenOrCreate, FileAccess.Write);
        file.SetLength(Math.Min(bytes, file.Length));
    }

    /// <returns>The file's length after the line.</returns>
    public long AppendMetrics(IReadOnlyDictionary<string, object?> line)
    {
        using var file = new FileStream(Metrics, FileMode.Append, FileAccess.Write);
        file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(line) + "\n"));
        return file.Position;
    }

    public string CheckpointFolder(string name) => System.IO.Path.Combine(Checkpoints, name);

    /// <summary>Makes a checkpoint the best one.</summary>
    public void PointToBest(string checkpoint) => PointTo(BestName, checkpoint);

    /// <summary>Makes a checkpoint the last one.</summary>
    public void PointToLast(string checkpoint) => PointTo(LastName, checkpoint);

    private void PointTo(string link, string checkpoint)
    {
        var path = System.IO.Path.Combine(Checkpoints, link);
        if (new DirectoryInfo(path).LinkTarget == checkpoint)
            return;
        if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
            throw new ArgusException(
                $"{path} is a folder, not a link: the run was copied without its links. Copy it with them (cp "
                    + $"-a), or start from its weights in another --run: --init {path}"
            );
        var temporary = System.IO.Path.Combine(Checkpoints, $".link-{link}");
        File.Delete(temporary);
        File.CreateSymbolicLink(temporary, checkpoint);
        // .NET's moves follow the link or refuse to replace one; rename(2) does neither.
        if (OperatingSystem.IsWindows())
        {
            if (Directory.Exists(path))
                Directory.Delete(path);
            Directory.Move(temporary, path);
        }
        else if (Rename(temporary, path) != 0)
        {
            throw new ArgusException(
                $"{path} could not be pointed to {checkpoint}: {Marshal.GetLastPInvokeErrorMessage()}."
            );
        }
    }

    /// <summary>
    /// Keeps what <c>best</c> and <c>last</c> point to and the newest others, <paramref name="keep"/> in all.
    /// </summary>
    public void Prune(int keep)
    {
        var linked = new[] { Best, Last }
            .Select(link => new DirectoryInfo(link).LinkTarget)
            .OfType<string>()
            .ToHashSet();
        var others = Directory
            .EnumerateDirectories(Checkpoints)
            .Select(folder => new DirectoryInfo(folder))
            .Where(folder => folder.LinkTarget is null && !folder.Name.StartsWith('.') && !linked.Contains(folder.Name))
            .OrderByDescending(folder => folder.Name, StringComparer.Ordinal);
        foreach (var folder in others.Skip(Math.Max(0, keep - linked.Count)))
            Checkpoint.Discard(folder.FullName);
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
