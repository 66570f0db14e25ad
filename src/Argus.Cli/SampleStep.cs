using Argus.Forging;

namespace Argus.Cli;

/// <summary>Draws the sample dataset, with progress.</summary>
internal static class SampleStep
{
    public static Task RunAsync(string folder, SampleOptions options, CancellationToken cancel)
    {
        var videos =
            options.Quads.Values.Sum(counts => counts.Train + counts.Validation + counts.Test)
            * VideosPerQuad
            * SampleDataset.LayoutNames.Count;
        return Terminal.ProgressAsync(
            $"videos drawn into {folder}",
            videos,
            async progress =>
            {
                await SampleDataset.WriteAsync(folder, options, new Done(progress), cancel);
                return 0;
            }
        );
    }

    private const int VideosPerQuad = 4;

    private sealed class Done(IProgress<int> progress) : IProgress<(int Done, int Total)>
    {
        public void Report((int Done, int Total) value) => progress.Report(value.Done);
    }
}
