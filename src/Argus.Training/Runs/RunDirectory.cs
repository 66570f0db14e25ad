using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Argus.Training.Checkpoints;

namespace Argus.Training.Runs;

/// <summary>
/// The files of a run. Checkpoints are folders named by epoch and step. Which is the last and which the best they say
/// themselves; <c>best</c> and <c>last</c> are links for people, replaced in one move, and may be gone: cloud storage,
/// zip files and some file systems lose them or make copies of them.
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

    /// <summary>The best checkpoint's folder; where there is none, the path where its link would be.</summary>
    public string Best => FindBest(FindWhole())?.Folder ?? Link(BestName);

    /// <summary>The newest checkpoint's folder; where there is none, the path where its link would be.</summary>
    public string Last => FindWhole().LastOrDefault()?.Folder ?? Link(LastName);

    /// <summary>Where the run is evaluated unless the user says otherwise.</summary>
    public string Evaluation => System.IO.Path.Combine(Folder, EvaluationName);

    public bool HasCheckpoint => FindWhole().Count > 0;

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
        RestoreLinks();
        return held;
    }

    // What a link became on the way: nothing, a text file with its target, or a copy of the folder.
    private void RestoreLinks()
    {
        foreach (var link in new[] { Link(LastName), Link(BestName) })
        {
            if (IsLink(link))
                continue;
            if (File.Exists(link))
                File.Delete(link);
            else if (Directory.Exists(link) && FindWhole().Find(whole => whole.Folder == link) is { } copy)
                GiveName(copy);
        }
        var checkpoints = FindWhole();
        if (checkpoints.Count == 0)
            return;
        PointToLast(System.IO.Path.GetFileName(checkpoints[^1].Folder));
        if (FindBest(checkpoints) is { } best)
            PointToBest(System.IO.Path.GetFileName(best.Folder));
    }

    // A copy under a link's name gets the checkpoint's own, or goes where that is there as well.
    private void GiveName(WholeCheckpoint copy)
    {
        var name = CheckpointFolder(CheckpointName(copy.State.Epoch, copy.State.Step));
        if (Directory.Exists(name))
            Checkpoint.Discard(copy.Folder);
        else
            Directory.Move(copy.Folder, name);
    }

    private sealed record WholeCheckpoint(string Folder, TrainState State);

    // The one that the newest names; else a copy that took the place of the link.
    private WholeCheckpoint? FindBest(List<WholeCheckpoint> whole) =>
        whole.Find(checkpoint => System.IO.Path.GetFileName(checkpoint.Folder) == whole[^1].State.BestCheckpoint)
        ?? whole.Find(checkpoint => checkpoint.Folder == Link(BestName));

    // In the order of training; links are left out, copies of what they point to are not.
    private List<WholeCheckpoint> FindWhole()
    {
        var whole = new List<WholeCheckpoint>();
        foreach (var folder in CheckpointFolders().Where(IsWhole))
            whole.Add(new WholeCheckpoint(folder, Checkpoint.ReadState(folder)));
        return
        [
            .. whole
                .OrderBy(checkpoint => checkpoint.State.GlobalStep)
                .ThenBy(checkpoint => checkpoint.State.Epoch)
                .ThenByDescending(checkpoint => checkpoint.Folder, StringComparer.Ordinal),
        ];
    }

    /// <summary>Checkpoints that lack a file or part of one, as a copy that broke off leaves them.</summary>
    internal IReadOnlyList<string> FindDamaged() => [.. CheckpointFolders().Where(folder => !IsWhole(folder))];

    private IEnumerable<string> CheckpointFolders() =>
        !Directory.Exists(Checkpoints)
            ? []
            : Directory
                .EnumerateDirectories(Checkpoints)
                .Where(folder => !System.IO.Path.GetFileName(folder).StartsWith('.') && !IsLink(folder));

    private static bool IsWhole(string folder) =>
        File.Exists(System.IO.Path.Combine(folder, Checkpoint.StateFile))
        && SafeTensors.IsWhole(System.IO.Path.Combine(folder, Checkpoint.ModelFile));

    private string Link(string name) => System.IO.Path.Combine(Checkpoints, name);

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

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

    /// <summary>The name of a checkpoint's folder.</summary>
    internal static string CheckpointName(int epoch, int step) => $"epoch-{epoch:000}-step-{step:000000}";

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
        var temporary = System.IO.Path.Combine(Checkpoints, $".link-{link}");
        File.Delete(temporary);
        try
        {
            File.CreateSymbolicLink(temporary, checkpoint);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return; // A file system without links; the checkpoints say themselves which is which.
        }
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
    /// Keeps the best, the last and the newest others, <paramref name="keep"/> in all.
    /// </summary>
    public void Prune(int keep)
    {
        var checkpoints = FindWhole();
        var kept = new[] { FindBest(checkpoints), checkpoints.LastOrDefault() }.OfType<WholeCheckpoint>().ToHashSet();
        var others = checkpoints.Where(checkpoint => !kept.Contains(checkpoint)).Reverse();
        foreach (var checkpoint in others.Skip(Math.Max(0, keep - kept.Count)))
            Checkpoint.Discard(checkpoint.Folder);
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
