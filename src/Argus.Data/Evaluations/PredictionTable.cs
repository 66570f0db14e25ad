using System.Globalization;
using Argus.Data.Datasets;
using Argus.Scores;

namespace Argus.Data.Evaluations;

/// <summary>
/// Predictions as comma-separated values, a clip a line; a video without a score is a line without logit and
/// probability. Other software's tables need <c>label</c>, <c>id</c> (or <c>path</c>) and <c>probability</c> (or
/// <c>logit</c>); docs/evaluation.md lists the columns.
/// </summary>
public static class PredictionTable
{
    public const string Header =
        "dataset,method,compression,chunk,kind,id,path,label,clip,seconds,logit,probability,reason";

    private const int MostClips = 1_000_000;

    public static void Write(string path, PredictionSet predictions)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var lines = new List<string> { Header };
        foreach (var (item, clips) in predictions.Videos)
            lines.AddRange(
                clips.Select(clip =>
                    Line(item, $"{clip.Clip}", Text(clip.Seconds), Text(clip.Logit), Text(clip.Probability), "")
                )
            );
        lines.AddRange(predictions.Unscored.Select(video => Line(video.Item, "", "", "", "", video.Reason)));
        AtomicFile.Write(path, string.Join('\n', lines) + "\n");
    }

    private static string Line(VideoItem item, params string[] rest) =>
        string.Join(
            ',',
            new[]
            {
                item.Dataset,
                item.Method,
                item.Compression,
                $"{item.Chunk}",
                item.Kind ?? "",
                item.Id,
                item.Path,
                $"{item.Label}",
            }
                .Concat(rest)
                .Select(Csv.Cell)
        );

    private static string Text(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    /// <exception cref="RequestException">There is no such file.</exception>
    /// <exception cref="ArgusException">
    /// It is empty, lacks a column, or a line is wrong; the message names the line.
    /// </exception>
    public static PredictionSet Read(string path)
    {
        if (!File.Exists(path))
            throw new RequestException($"{path} does not exist.");
        using var reader = new StreamReader(path);
        try
        {
            return Read(reader, path);
        }
        catch (FormatException error)
        {
            throw new ArgusException($"{path}: {error.Message}.", error);
        }
    }

    private static PredictionSet Read(StreamReader reader, string path)
    {
        using var rows = Csv.Rows(reader).GetEnumerator();
        if (!rows.MoveNext())
            throw new FormatException("it is empty; the first line must name the columns, e.g. id,label,probability");
        var columns = rows
            .Current.Cells.Select((name, place) => (Name: name.Trim().TrimStart('\uFEFF').ToLowerInvariant(), place))
            .ToList();
        if (columns.GroupBy(column => column.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new FormatException($"two columns are named {twice.Key}");
        var place = columns.ToDictionary(column => column.Name, column => column.place);
        string? Missing(params string[] names) => names.Any(place.ContainsKey) ? null : string.Join(" or ", names);
        if ((Missing("label") ?? Missing("id", "path") ?? Missing("probability", "logit")) is { } missing)
            throw new FormatException(
                $"the column {missing} is missing; there are {string.Join(", ", columns.Select(column => column.Name))}"
            );

        var videos =
            new Dictionary<string, (VideoItem Item, SortedDictionary<int, ClipScore> Clips, string Reason, int Line)>();
        var places = new Dictionary<string, (VideoItem Item, int Line, bool IsNamed)>();
        while (rows.MoveNext())
        {
            var (line, cells) = rows.Current;
            if (cells.Count != columns.Count)
                throw new FormatException($"line {line} has {cells.Count} cells, the header {columns.Count}");
            string Cell(string name) => place.TryGetValue(name, out var at) ? cells[at].Trim() : "";
            var item = Item(Cell, line);
            var key = PredictionSet.KeyOf(item);
            if (!videos.TryGetValue(key, out var video))
                videos[key] = video = (item, [], Cell("reason"), line);
            else if (video.Item.Label != item.Label)
                throw Contradiction(video.Item, video.Line, item, line);
            // Where no method is given the label stands for it, and would make two videos of one.
            var isNamed = Cell("method").Length > 0;
            var where = string.Join('\0', PredictionSet.KeyOf(item with { Method = "" }), item.Chunk, item.Path);
            if (!places.TryGetValue(where, out var first))
                places[where] = (item, line, isNamed);
            else if (first.Item.Label != item.Label && !(first.IsNamed && isNamed))
                throw Contradiction(first.Item, first.Line, item, line);
            if (Score(Cell, video.Clips.Count, line) is not { } score)
            {
                if (video.Line != line)
                    throw new FormatException(
                        $"{item.Id} on line {line} has no score, but it is there already on line {video.Line}"
                    );
            }
            else if (video.Line != line && video.Clips.Count == 0)
                throw new FormatException($"{item.Id} has a score on line {line}, but none on line {video.Line}");
            else if (!place.ContainsKey("clip") && video.Clips.Count > 0 || !video.Clips.TryAdd(score.Clip, score))
                throw new FormatException(
                    $"{item.Id}{(place.ContainsKey("clip") ? $", clip {score.Clip}," : "")} on line {line} is "
                        + $"there already (dataset {item.Dataset}, method {item.Method}). Columns dataset, method, "
                        + "compression and clip tell equal ids apart"
                );
        }
        if (videos.Count == 0)
            throw new FormatException("it names columns but no video");
        return new PredictionSet(
            [
                .. videos
                    .Values.Where(video => video.Clips.Count > 0)
                    .Select(video => new VideoPrediction(video.Item, [.. video.Clips.Values])),
            ],
            [
                .. videos
                    .Values.Where(video => video.Clips.Count == 0)
                    .Select(video => new UnscoredVideo(
                        video.Item,
                        video.Reason.Length > 0 ? video.Reason : "no score in the table"
                    )),
            ]
        );
    }

    private static FormatException Contradiction(VideoItem first, int firstLine, VideoItem second, int secondLine) =>
        new(
            $"{second.Id} is {Name(first.Label)} on line {firstLine} and {Name(second.Label)} on line {secondLine}. "
                + "If they are two videos, a column method, compression or path tells them apart"
        );

    // As numbers are written elsewhere, 0.0 and 1.0 too.
    private static int? ParseLabel(string text) =>
        text.ToLowerInvariant() switch
        {
            "real" => 0,
            "fake" => 1,
            _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number is 0 or 1
                ? (int)number
                : null,
        };

    private static VideoItem Item(Func<string, string> cell, int line)
    {
        var label =
            ParseLabel(cell("label"))
            ?? throw new FormatException(
                $"the label on line {line} is '{cell("label")}'; it must be 0 or real, 1 or fake"
            );
        var id = cell("id");
        var path = cell("path");
        if (id.Length == 0)
            id = path;
        if (id.Length == 0)
            throw new FormatException($"line {line} names no video (id or path)");
        var method = cell("method") is { Length: > 0 } given ? given : Name(label);
        return new VideoItem(
            cell("dataset") is { Length: > 0 } dataset ? dataset : "data",
            method,
            id,
            path,
            label,
            id,
            [id],
            Split.Test,
            cell("compression"),
            cell("chunk").Length == 0 ? null
                : int.TryParse(cell("chunk"), NumberStyles.None, CultureInfo.InvariantCulture, out var chunk) ? chunk
                : throw new FormatException($"the chunk on line {line} is '{cell("chunk")}', no whole number"),
            Kind: cell("kind") is { Length: > 0 } kind ? kind : null
        );
    }

    private static ClipScore? Score(Func<string, string> cell, int next, int line)
    {
        double? Number(string name)
        {
            if (cell(name) is not { Length: > 0 } text)
                return null;
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                throw new FormatException($"{name} on line {line} is '{text}', no number{PointHint.For(text)}");
            return double.IsFinite(number)
                ? number
                : throw new FormatException($"{name} on line {line} is {text}; leave it empty where there is no score");
        }
        var clip =
            cell("clip").Length == 0 ? next
            : int.TryParse(cell("clip"), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            && given < MostClips
                ? given
            : throw new FormatException($"the clip on line {line} is '{cell("clip")}', no whole number from 0");
        var logit = Number("logit");
        var probability = Number("probability");
        if (probability is < 0 or > 1)
            throw new FormatException($"the probability on line {line} is {probability}, outside 0 to 1");
        if (logit is { } z && probability is { } p && Math.Abs(Odds.ToProbability(z) - p) > 1e-3)
            throw new FormatException(
                $"logit and probability on line {line} contradict each other: {z} is a probability of "
                    + $"{Odds.ToProbability(z):0.000}, not {p}"
            );
        // Both as they stand, so that a table that is read and written again keeps its last bits.
        if (logit is { } odds && probability is { } exact)
            return new ClipScore(clip, Number("seconds"), odds, exact);
        return logit is { } known ? ClipScore.FromLogit(clip, Number("seconds"), known)
            : probability is { } chance ? ClipScore.FromProbability(clip, Number("seconds"), chance)
            : null;
    }

    private static string Name(int label) => label == 0 ? "real" : "fake";

    /// <summary>
    /// Compares a table with the test side of the dataset that it is said to be about; videos of the dataset that it
    /// lacks have no score.
    /// </summary>
    /// <param name="where">The table's name.</param>
    /// <exception cref="ArgusException">It names videos that are not in the dataset, or with another label.</exception>
    public static PredictionSet Match(PredictionSet predictions, DatasetListing dataset, string where)
    {
        var items = dataset
            .Items.Where(item => item.Split == Split.Test)
            .ToDictionary(item => (item.Method, item.Compression, item.Id));
        VideoItem Known(VideoItem item) =>
            items.TryGetValue((item.Method, item.Compression, item.Id), out var known)
            || items.TryGetValue((item.Method, dataset.Items[0].Compression, item.Id), out known)
                ? known.Label == item.Label
                    ? known
                    : throw new ArgusException(
                        $"{where} calls {item.Id} ({item.Method}) {Name(item.Label)}; in {dataset.Root} it is "
                            + $"{Name(known.Label)}."
                    )
                : throw new ArgusException(
                    $"{where} has a video {item.Id} (method {item.Method}) that is not among the {items.Count} "
                        + $"test videos of {dataset.Root}. Is it another dataset, or another side of the split?"
                );
        var videos = predictions.Videos.Select(video => video with { Item = Known(video.Item) }).ToList();
        var unscored = predictions.Unscored.Select(video => video with { Item = Known(video.Item) }).ToList();
        var named = videos.Select(video => video.Item).Concat(unscored.Select(video => video.Item)).ToHashSet();
        return new PredictionSet(
            videos,
            [
                .. unscored,
                .. items
                    .Values.Where(item => !named.Contains(item))
                    .OrderBy(item => item.Key, StringComparer.Ordinal)
                    .Select(item => new UnscoredVideo(item, "not in the table")),
            ]
        );
    }
}
