using Argus.Data.Audits;
using Argus.Data.Stores;

namespace Argus.Data.Reports;

/// <summary>A store to look at: contact sheets, distributions of reals and fakes, and what tells them apart.</summary>
public static class StorePage
{
    /// <summary>Columns of the tables in the terminal and on the page.</summary>
    public static IReadOnlyList<string> ShortcutColumns { get; } =
    ["property of the file", "fakes of", "AUC", "95% interval", "typical real", "typical fake", "videos"];

    public static IReadOnlyList<string> Cells(Shortcut shortcut) =>
        [
            shortcut.Property,
            shortcut.Method ?? "all methods",
            $"{shortcut.Auc:0.00}",
            $"{shortcut.Interval.Low:0.00}-{shortcut.Interval.High:0.00}{(shortcut.IsClear ? " !" : "")}",
            shortcut.Real,
            shortcut.Fake,
            $"{shortcut.Videos}",
        ];

    /// <returns>The page, beside the contact sheets (a PNG file a method) and plots.</returns>
    /// <exception cref="ArgusException">The store cannot be read or the folder not be written.</exception>
    public static async Task<string> WriteAsync(string storeFolder, string output, CancellationToken cancel)
    {
        using var store = await Store.OpenAsync(storeFolder);
        var audit = await StoreAudit.RunAsync(store, verify: false, 1, null, cancel);
        Directory.CreateDirectory(output);
        var seconds = store.Videos.Sum(video => video.Row.DurationSeconds);
        var pictures = store.Options.OfFaces
            ? $"Face crops, the box times {store.Options.FaceMargin}, at native size"
            : $"Whole frames, {store.Options.ImageSize} pixels";
        var sound = store.Options.Sound
            ? $"{store.Videos.Count(video => video.Row.SoundBytes > 0):N0} with sound"
            : "without sound";
        var report = new HtmlPage($"Store of {Datasets.DatasetLayout.Find(store.Options.Layout).Title}")
            .Headline(
                $"{store.Videos.Count:N0} videos, {store.Videos.Sum(video => video.Row.Frames.Count):N0} "
                    + $"pictures, {(seconds < 3600 ? $"{seconds / 60:0.0} minutes" : $"{seconds / 3600:0.0} hours")}"
            )
            .Paragraph($"{pictures}; {store.Options.Format}; {sound}.")
            .Table(
                ["split", "method", "label", "videos"],
                audit.Counts.Select(count => new[] { count.Split, count.Method, count.Label, $"{count.Videos}" })
            );

        if (audit.Problems.Count > 0)
            report
                .Heading("Worth knowing")
                .Table(
                    ["how bad", "where", "what"],
                    audit.Problems.Select(problem =>
                        new[] { $"{problem.Severity}".ToLowerInvariant(), problem.Where, problem.What }
                    )
                );

        report
            .Heading("Pictures")
            .Paragraph(
                "The first picture of up to eight clips of up to twelve videos; yellow: eyes, nose, corners "
                    + "of the mouth."
            );
        foreach (
            var method in store
                .Videos.GroupBy(video => (video.Item.Label, video.Item.Method))
                .OrderBy(method => method.Key.Label)
                .ThenBy(method => method.Key.Method, StringComparer.Ordinal)
        )
        {
            var sheet = Path.Combine(output, $"{(method.Key.Label == 0 ? "real" : "fake")}-{method.Key.Method}.png");
            ContactSheet.Write(sheet, method.Key.Method, store, [.. method]);
            report.Picture(sheet, $"{method.Key.Method}: {(method.Key.Label == 0 ? "real" : "fake")}");
        }

        report
            .Heading("What else tells real from fake")
            .Paragraph(
                "Each property's own ROC AUC: 0.5 tells nothing. Properties with ! would be found by a model "
                    + "before any trace of forgery. Where a property clearly gives away one of several methods, it "
                    + "stands a second time with the one that it gives away most."
            );
        if (audit.Shortcuts.Count > 0)
            report.Table(ShortcutColumns, audit.Shortcuts.Select(Cells));
        else
            report.Paragraph("Too few videos of one class to say.");

        report.Heading("Distributions");
        foreach (var (name, of) in Shortcut.Numbers)
        {
            var values = new[] { 0, 1 }
                .Select(label =>
                    (
                        Name: label == 0 ? "real" : "fake",
                        Values: (IReadOnlyList<double>)
                            [
                                .. store
                                    .Videos.Where(video => video.Item.Label == label)
                                    .Select(video => of(video.Row))
                                    .OfType<double>(),
                            ]
                    )
                )
                .ToList();
            if (values.SelectMany(side => side.Values).Distinct().Count() < 2)
                continue;
            var file = Path.Combine(
                output,
                "plots",
                string.Concat(name.TakeWhile(c => c != ',' && c != '(')).Trim().Replace(' ', '-') + ".png"
            );
            Plots.Histograms(file, name, values);
            report.Picture(file, name, half: true);
        }
        var page = Path.Combine(output, "index.html");
        report.Save(page);
        return page;
    }
}
