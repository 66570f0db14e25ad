using System.Globalization;

namespace Argus.Data.Stores;

/// <summary>
/// Which part of a preparation this process does: every <paramref name="Count"/>-th video from <paramref name="Index"/>
/// on, by order of keys.
/// </summary>
public readonly record struct DatasetShard(int Index, int Count)
{
    public static DatasetShard Whole { get; } = new(0, 1);

    private const int Most = 100_000;

    /// <param name="text">
    /// <c>i/n</c> with i from 0, or <c>auto</c> (<c>auto/n</c>): a Slurm array's task, or a Kubernetes Indexed Job's
    /// pod, which does not know n.
    /// </param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="RequestException">Neither, or a part that does not exist.</exception>
    public static DatasetShard Parse(string text, Func<string, string?> environment)
    {
        var parts = text.Split('/');
        var share = parts switch
        {
            ["auto"] => Slurm(environment)
                ?? throw new RequestException(
                    environment("JOB_COMPLETION_INDEX") is null
                        ? "--shard auto finds neither a Slurm array (SLURM_ARRAY_TASK_ID) nor a Kubernetes "
                            + "Indexed Job (JOB_COMPLETION_INDEX). Say which: --shard 0/8"
                        : "A Kubernetes Indexed Job does not tell its pods how many there are. Say it: --shard "
                            + "auto/N, with N the job's completions."
                ),
            ["auto", var count] => new DatasetShard(
                Slurm(environment)?.Index ?? Number(environment("JOB_COMPLETION_INDEX")),
                Number(count)
            ),
            [var index, var count] => new DatasetShard(Number(index), Number(count)),
            _ => new DatasetShard(-1, -1),
        };
        return share is { Index: >= 0, Count: >= 1 and <= Most } && share.Index < share.Count
            ? share
            : throw new RequestException(
                $"--shard {text} is no part of a whole. Give i/n with i from 0 to n-1, e.g. 0/8 and so on to "
                    + "7/8, or auto."
            );
    }

    public IEnumerable<T> Select<T>(IEnumerable<T> ordered)
    {
        var (index, count) = this;
        return ordered.Where((_, i) => i % count == index);
    }

    // slurm.schedmd.com/job_array.html: ids go from MIN in steps that the variables tell.
    private static DatasetShard? Slurm(Func<string, string?> environment) =>
        environment("SLURM_ARRAY_TASK_ID") is not { } id
            ? null
            : new DatasetShard(
                (Number(id) - Number(environment("SLURM_ARRAY_TASK_MIN") ?? "0"))
                    / Math.Max(1, Number(environment("SLURM_ARRAY_TASK_STEP") ?? "1")),
                Number(environment("SLURM_ARRAY_TASK_COUNT"))
            );

    private static int Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
