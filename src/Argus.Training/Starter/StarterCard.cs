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

    private const string Sources = "sources.tsv";

    public static void Write(string folder, IReadOnlyList<string> reals, Store store, Recipe recipe)
    {
        var backbone = ModelCatalog.Find(recipe.Backbone.Name);
        var sides = store.Videos.GroupBy(video => video.Split).ToDictionary(side => side.Key, side => side.ToList());
        var card = new StringBuilder();
        card.AppendLine("# The starter");
        card.AppendLine();
        card.AppendLine(
            "A council that `argus starter train` made of real faces and self-blended forgeries of them, made while "
                + "training; it has seen no other forgery. docs/starter.md says how well it does, which is what to "
                + "read before it is believed."
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
        foreach (var (source, licence, files) in reals.SelectMany(real => Read(real, used)))
            card.AppendLine($"| {source} | {licence} | {files} |");
        AtomicFile.Write(Path.Combine(folder, FileName), card.ToString());
    }

    private static IEnumerable<(string Source, string Licence, int Files)> Read(string folder, HashSet<string> used)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var list = Path.Combine(folder, Sources);
        if (!File.Exists(list))
        {
            var files = Directory.EnumerateFiles(folder).Count(file => used.Contains(Path.GetFileName(file)));
            return [($"`{name}`", "no list says", files)];
        }
        var lines = File.ReadLines(list).Select(line => line.Split('\t')).ToList();
        var columns = lines[0].Select(cell => cell.Trim().ToLowerInvariant()).ToList();
        string Cell(string[] line, params string[] names) =>
            names
                .Select(one => columns.IndexOf(one))
                .Where(place => place >= 0 && place < line.Length)
                .Select(place => line[place].Trim())
                .FirstOrDefault("");
        return lines
            .Skip(1)
            .Where(line => used.Contains(Path.GetFileName(Cell(line, "file", "path"))))
            .GroupBy(line => (Source: Cell(line, "repository", "source"), Licence: Cell(line, "licence", "license")))
            .Select(group => (group.Key.Source, group.Key.Licence, group.Count()));
    }
}
