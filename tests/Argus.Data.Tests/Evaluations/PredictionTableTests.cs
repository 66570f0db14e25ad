using System.Text.Json;
using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Data.Reports;
using Argus.Scores;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Evaluations;

public sealed class PredictionTableTests
{
    [Fact]
    public async Task An_evaluations_table_gives_the_same_figures_and_the_same_bytes_again()
    {
        using var folder = new TemporaryFolder();
        var set = new PredictionSet(
            DrawnPredictions.Draw(60, seed: 2),
            [new UnscoredVideo(DrawnPredictions.Video(99, 1, 0).Item, "unreadable: \"moov\", twice")]
        );
        var judge = Judge.Create(
            Calibration.Fit([.. DrawnPredictions.Draw(80, gain: 3).Select(video => video.ToLabelled())], "drawn")
        );
        var subject = new EvaluationSubject
        {
            Name = "rr, stage 1",
            Specialist = "rr",
            Stage = 1,
            TrainedOn = "ffpp",
            Source = "here",
            CodeVersion = "1",
        };
        var first = Evaluation.Measure(set, judge);
        await EvaluationReport.WriteAsync(folder["a"], subject, first, CancellationToken.None);

        var read = PredictionTable.Read(folder["a", EvaluationReport.PredictionsFile]);
        var second = Evaluation.Measure(read, Judge.Create(Calibration.Read(folder["a"])));
        await EvaluationReport.WriteAsync(folder["b"], subject, second, CancellationToken.None);
        foreach (
            var file in new[]
            {
                EvaluationReport.PredictionsFile,
                "figures.csv",
                EvaluationRecord.FileName,
                Calibration.FileName,
                ModelCard.FileName,
            }
        )
            Assert.Equal(
                await File.ReadAllBytesAsync(folder["a", file]),
                await File.ReadAllBytesAsync(folder["b", file])
            );
        // Left out, and scored 0.5: a fake at 0.5 counts as found.
        var row = second.Videos[0];
        Assert.Equal(
            (60, 1, 61),
            (row.Figures.Real + row.Figures.Fake, row.Unscored, row.WithUnscored!.Real + row.WithUnscored.Fake)
        );
        Assert.Equal(row.Figures.FakeRight + 1, row.WithUnscored.FakeRight);
        var page = await File.ReadAllTextAsync(folder["a", EvaluationReport.PageFile]);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    // A Frictionless table schema (datapackage.org), for those who read the tables with their own tools.
    [Fact]
    public void The_published_schema_names_the_columns_in_their_order()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Argus.slnx")))
            folder = folder.Parent!;
        using var schema = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(folder.FullName, "docs", "predictions.schema.json"))
        );
        Assert.Equal(
            PredictionTable.Header.Split(','),
            schema
                .RootElement.GetProperty("fields")
                .EnumerateArray()
                .Select(field => field.GetProperty("name").GetString())
        );
    }

    [Fact]
    public void Other_softwares_tables_need_three_columns()
    {
        using var folder = new TemporaryFolder();
        var set = PredictionTable.Read(
            folder.Write("t.csv", "Label,probability,id\nreal,0.25,a\n1,1,\"b,c\"\nfake,,d\n")
        );
        Assert.Equal(
            [("a", 0, 0.25), ("b,c", 1, 1.0)],
            set.Videos.Select(video => (video.Item.Id, video.Item.Label, Judge.Plain.Probability(video.Clips)))
        );
        Assert.Equal("d", set.Unscored.Single().Item.Id);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("id,label,probability\n", "no video")]
    [InlineData("id,probability\na,0.5\n", "label")]
    [InlineData("id,label\na,1\n", "probability or logit")]
    [InlineData("id,label,probability\na,2,0.5\n", "line 2")]
    [InlineData("id,label,probability\na,1,NaN\n", "line 2")]
    [InlineData("id,label,probability\na,1,0.5\nb,1,1.5\n", "line 3")]
    [InlineData("id,label,probability\na,1,much\n", "no number")]
    [InlineData("id,label,probability\na,1,0.5\na,1,0.6\n", "there already")]
    [InlineData("id,label,probability,clip\na,1,0.5,0\na,1,0.6,0\n", "clip 0")]
    [InlineData("id,label,probability,method\na,1,0.5,x\na,0,0.6,x\n", "is fake on line 2 and real on line 3")]
    [InlineData("id,label,probability\na,1,0.5\na,0,0.6\n", "a is fake on line 2 and real on line 3")]
    [InlineData("id,label,probability,clip\na,0,0.5,0\na,1,0.6,1\n", "a is real on line 2 and fake on line 3")]
    [InlineData("id,label,probability\na,1,\na,0,0.6\n", "a is fake on line 2 and real on line 3")]
    [InlineData("id,label,probability,method\na,1,0.5,x\na,0,0.6,\n", "a is fake on line 2 and real on line 3")]
    [InlineData("path,label,probability\na,1,0.5\na,0,0.6\n", "a is fake on line 2 and real on line 3")]
    [InlineData("id,label,probability\na,0.5,0.5\n", "the label on line 2 is '0.5'")]
    [InlineData("id,label,probability\na,1.0,0.5\nb,-1,0.5\n", "the label on line 3 is '-1'")]
    [InlineData("id,label,probability\na,1,0.5\nb,nan,0.5\n", "the label on line 3 is 'nan'")]
    [InlineData("id,label,probability\na,1,\"0,6\"\n", "'0,6', no number; write 0.6")]
    [InlineData("id,label,probability,clip\na,1,0.6,\"1,000\"\n", "the clip on line 2")]
    [InlineData("id,label,probability\na,1\n", "2 cells")]
    [InlineData("id,label,probability\n\"a,1,0.5\n", "not closed")]
    [InlineData("id,label,logit,probability\na,1,3,0.1\n", "contradict")]
    public void A_wrong_table_is_a_sentence(string text, string says)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(
            says,
            Assert.ThrowsAny<ArgusException>(() => PredictionTable.Read(folder.Write("t.csv", text))).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("id,label,probability\na,0.0,0.25\nb,1.0,0.75\n")]
    [InlineData("id,label,probability\na,0.,0.25\nb,1e0,0.75\n")]
    [InlineData("id,label,probability,method\na,0,0.25,real\na,1,0.75,Deepfakes\n")]
    [InlineData("id,label,probability,path\na,0,0.25,real/a.mp4\na,1,0.75,fake/a.mp4\n")]
    [InlineData("id,label,probability,compression\na,0,0.25,c23\na,1,0.75,c40\n")]
    public void Labels_may_be_numbers_with_a_point_and_columns_tell_videos_of_one_id_apart(string text)
    {
        using var folder = new TemporaryFolder();
        var set = PredictionTable.Read(folder.Write("t.csv", text));
        Assert.Equal(
            [(0, 0.25), (1, 0.75)],
            set.Videos.Select(video => (video.Item.Label, Judge.Plain.Probability(video.Clips)))
        );
    }

    [Fact]
    public void A_table_must_match_its_dataset()
    {
        VideoItem Item(string id, int label) =>
            new("ffpp", label == 0 ? "real" : "fake", id, $"{id}.mp4", label, id, [id], Split.Test);
        var dataset = new DatasetListing("ffpp", "data", "official", [Item("a", 0), Item("b", 1), Item("c", 1)], []);
        PredictionSet Table(params (string Id, int Label)[] rows) =>
            new(
                [
                    .. rows.Select(row => new VideoPrediction(
                        Item(row.Id, row.Label),
                        [ClipScore.FromProbability(0, null, 0.5)]
                    )),
                ],
                []
            );
        var matched = PredictionTable.Match(Table(("a", 0), ("b", 1)), dataset, "t.csv");
        Assert.Equal(("c", "not in the table"), (matched.Unscored.Single().Item.Id, matched.Unscored[0].Reason));
        Assert.Throws<ArgusException>(() => PredictionTable.Match(Table(("z", 0)), dataset, "t.csv"));
    }

    [Fact]
    public void One_class_gives_missing_values_and_no_invented_ones()
    {
        var result = Evaluation.Measure(
            new PredictionSet([DrawnPredictions.Video(0, 0, -1), DrawnPredictions.Video(1, 0, 1)], []),
            Judge.Plain
        );
        Assert.Equal("-", EvaluationTables.Cells(result.Videos.Single())[4]);
        Assert.Equal(0.5, result.Videos[0].Figures.Accuracy);
        Assert.Throws<ArgusException>(() => Evaluation.Measure(new PredictionSet([], []), Judge.Plain));
    }
}
