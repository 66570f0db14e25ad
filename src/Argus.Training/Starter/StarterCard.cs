using System.Text;
using Argus.Data.Datasets;
using Argus.Data.Stores;
using Argus.Pretrained;
using Argus.Recipes;

namespace Argus.Training.Starter;

/// <summary>
/// What a starter was made of, as Markdown beside its models: sources and licences as their lists state them.
/// </summary>
internal static class StarterCard
{
    public const string FileName = "README.md";

    public static void Write(StarterRequest request, Store store, Recipe recipe)
    {
        var backbone = ModelCatalog.Find(recipe.Backbone.Name);
        var sides = store.Videos.GroupBy(video => video.Split).ToDictionary(side => side.Key, side => side.ToList());
        var card = new StringBuilder();
        card.AppendLine("# The starter");
        card.AppendLine();
        var seen = request.Fakes.Count > 0 ? "it has also seen the known fakes below" : "it has seen no other forgery";
        card.AppendLine(
            "A council that `argus starter train` made of real faces and self-blended forgeries of them, made while "
                + $"training; {seen}. docs/starter.md says how well it does, which is what to read before it is "
                + "believed."
        );
        card.AppendLine();
        card.AppendLine($"Backbone: {backbone.What}, {backbone.License} as its publisher states, {backbone.Address}.");
        foreach (var side in new[] { Split.Train, Split.Validation })
        {
            var videos = sides.GetValueOrDefault(side) ?? [];
            card.AppendLine(
                $"{(side == Split.Train ? "Trained on" : "Thresholds and scope fitted on")} {videos.Count} files of "
                    + $"{videos.Select(video => video.Item.Group).Distinct().Count()} people."
            );
        }
        card.AppendLine();
        card.AppendLine("Sources, with the licence as each list states it; nothing more was checked:");
        card.AppendLine();
        card.AppendLine("| source | licence as stated | files |");
        card.AppendLine("|---|---|---|");
        var used = store.Videos.Select(video => Path.GetFileName(video.Item.Path)).ToHashSet();
        foreach (
            var (source, licence, files) in request.Reals.Concat(request.Fakes).SelectMany(real => Read(real, used))
        )
            card.AppendLine($"| {source} | {licence} | {files} |");
        AtomicFile.Write(Path.Combine(request.Out, FileName), card.ToString());
    }

    private static IEnumerable<(string Source, string Licence, int Files)> Read(string folder, HashSet<string> used)
    {
        bool IsUsed(string file) => used.Contains(Path.GetFileName(file));
        var sources = People.ReadSources(folder);
        if (sources.Count > 0)
            return sources
                .Where(entry => IsUsed(entry.Key))
                .GroupBy(entry => (entry.Value.Repository, entry.Value.Licence))
                .Select(group => (group.Key.Repository, group.Key.Licence, group.Count()));
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return [($"`{name}`", "no list says", Directory.EnumerateFiles(folder).Count(IsUsed))];
    }
}
