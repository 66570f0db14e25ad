using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Detection;
using Argus.Imaging;
using Argus.Tests;
using Argus.Training.Export;
using Argus.Training.Onnx;
using Argus.Training.Runs;
using Argus.Views;
using Google.Protobuf;
using OpenCvSharp;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Detection.Tests;

/// <summary>
/// Detectors of other origin: small networks of another architecture that the tests write, whose answer to a picture of
/// one colour can be worked out by hand.
/// </summary>
[Collection(nameof(TinyDetector))]
public sealed class ForeignDetectorTests(TinyDetector tiny)
{
    private const int Size = 32;
    private static readonly double[] Colour = [200, 100, 50]; // red, green, blue

    private const string Card = """
        title: "Two numbers"
        source: "https://example.org/two"
        licence: "MIT"
        looks_for: "how blue a picture is"
        frames: 3
        input:
          size: 32
          mean: [0.5, 0.5, 0.5]
          std: [0.5, 0.25, 0.5]
        crop:
          of: frame
        output:
          fake: 1
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // The network's logits are the mean of its first channel, and twice that of its last.
    [Theory]
    [InlineData("", false, 0)]
    [InlineData("colour: bgr", false, 0)]
    [InlineData("white: 255", false, 1)]
    [InlineData("", true, 0)]
    public void A_picture_gets_to_it_as_its_card_says(string inputLine, bool channelsLast, int fixedBatch)
    {
        using var folder = new TemporaryFolder();
        WriteModel(folder["a.onnx"], channelsLast: channelsLast, batch: fixedBatch == 0 ? "n" : fixedBatch);
        using var model = ForeignModelFile.Load(
            folder["a.onnx"],
            ReadCard(folder, Card.Replace("  size: 32", $"  size: 32\n  {inputLine}"))
        );
        double[] seen = inputLine.Contains("bgr") ? [.. Colour.Reverse()] : Colour;
        var white = inputLine.Contains("255") ? 255 : 1;
        double Value(int channel, double std) => (seen[channel] / 255 * white - 0.5) / std;
        var expected = 2 * Value(2, 0.5) - Value(0, 0.5);
        var odds = model.Judge(Pictures(model, 3)).Odds;
        Assert.All(odds, odd => Assert.Equal(expected, odd, 1e-4 * white));
    }

    [Theory]
    [InlineData("logits", 1)]
    [InlineData("logits", 0)]
    [InlineData("probability", 1)]
    [InlineData("logit", 1)]
    [InlineData("logit", 0)]
    public void Its_answer_is_what_the_card_says(string kind, int fake)
    {
        using var folder = new TemporaryFolder();
        WriteModel(folder["a.onnx"], kind: kind);
        using var model = ForeignModelFile.Load(
            folder["a.onnx"],
            ReadCard(folder, Card.Replace("  fake: 1", $"  kind: {kind}\n  fake: {fake}"))
        );
        double Value(int channel) => (Colour[channel] / 255 - 0.5) / 0.5;
        var blue = kind == "logit" ? 2 * Value(2) : 2 * Value(2) - Value(0);
        Assert.Equal(fake == 1 ? blue : -blue, model.Judge(Pictures(model, 1)).Odds.Single(), 1e-4);
    }

    [Fact]
    public async Task It_judges_a_video_as_a_member_of_a_council()
    {
        using var folder = new TemporaryFolder();
        var models = folder["models"];
        Directory.CreateDirectory(models);
        foreach (var file in Directory.GetFiles(tiny.Models))
            File.Copy(file, Path.Combine(models, Path.GetFileName(file)));
        WriteModel(folder["two.onnx"]);
        var council = await ForeignMember.AddAsync(folder["two.onnx"], ReadCard(folder, Card), models, "two", Cancel);
        Assert.Equal(["rr", "two"], council.Members.Select(member => member.Name));

        using (var detector = await Detector.LoadAsync(models, cancel: Cancel))
        {
            var video = Directory.GetFiles(TinyStore.Data("dfdc"), "*.mp4", SearchOption.AllDirectories).First();
            var analysis = await detector.AnalyzeAsync(video, cancel: Cancel);
            var face = Assert.Single(analysis.Faces);
            var two = face.Specialists.Single(member => member.Name == "two");
            Assert.Equal((3, "how blue a picture is"), (two.Clips, two.LooksFor));
            Assert.NotNull(two.Probability);
            Assert.Contains(face.Timeline, point => point.Specialist == "two");
            var record = analysis.Models!.Specialists.Single(member => member.Name == "two");
            Assert.Equal(await FileHash.Sha256Async(folder["two.onnx"], Cancel), record.Sha256);
            Assert.Contains("(MIT)", record.ExportedBy, StringComparison.Ordinal);
        }
        // The published file is used as it is; its card is part of what the folder's manifest fixes.
        var card = Path.Combine(models, ForeignCard.FileOf("two"));
        await File.WriteAllTextAsync(card, (await File.ReadAllTextAsync(card, Cancel)).Replace("MIT", "GPL"), Cancel);
        var error = await Assert.ThrowsAsync<ArgusException>(() => Detector.LoadAsync(models, cancel: Cancel));
        Assert.Contains("two.card.json is not the file", error.Message, StringComparison.Ordinal);
    }

    // What evaluation says of a video is what detection says, and its calibration goes along.
    [Fact]
    public async Task It_is_evaluated_calibrated_and_fitted_like_a_specialist()
    {
        using var folder = new TemporaryFolder();
        await TinyStore.OpenAsync(tiny.Merged.Recipe);
        WriteModel(folder["two.onnx"]);
        await ForeignMember.AddAsync(folder["two.onnx"], ReadCard(folder, Card), folder["models"], "two", Cancel);
        var file = folder["models", "two.onnx"];
        var run = new EvaluateRun(
            file,
            ForeignReference.FindAny(file),
            new EvaluateOptions { StoreRoot = folder["stores"] },
            SilentLog.Instance
        );
        var (subject, result) = await run.RunAsync([new DatasetFolder("dfdc", TinyStore.Data("dfdc"))], Cancel);
        Assert.Equal(("Two numbers", (string?)null), (subject.Name, subject.Specialist));
        Assert.NotNull(result.Videos[0].Figures.RocAuc);
        Assert.Equal("temperature", $"{result.Judge.Calibrator}".ToLowerInvariant());

        var reference = ForeignReference.Find(file);
        Assert.Equal("validation videos of dfdc", reference.Calibration!.Data);
        var validation = PredictionTable.Read(reference.ValidationFile).Videos;
        Assert.Equal(reference.Calibration.Real + reference.Calibration.Fake, validation.Count);

        using var detector = await Detector.LoadAsync(folder["models"], cancel: Cancel);
        Assert.Equal("validation videos of dfdc", detector.Models.Specialists["two"].Calibration!.Data);
        var judged = result.Predictions.Videos[0];
        var analysis = await detector.AnalyzeAsync(
            Path.Combine(TinyStore.Data("dfdc"), judged.Item.Path),
            cancel: Cancel
        );
        Assert.Equal(result.Judge.Probability(judged.Clips), analysis.Probability!.Value, 1e-6);
    }

    [Fact]
    public async Task What_cannot_join_leaves_the_folder_as_it_was()
    {
        using var folder = new TemporaryFolder();
        WriteModel(folder["a.onnx"]);
        var card = ReadCard(folder, Card);
        await ForeignMember.AddAsync(folder["a.onnx"], card, folder["models"], "a", Cancel);
        var before = await File.ReadAllBytesAsync(folder["models", ModelsFolder.Manifest], Cancel);
        await Assert.ThrowsAsync<RequestException>(() =>
            ForeignMember.AddAsync(folder["a.onnx"], card, folder["models"], "a", Cancel)
        );
        WriteModel(folder["nan.onnx"], gain: double.NaN);
        var error = await Assert.ThrowsAsync<ArgusException>(() =>
            ForeignMember.AddAsync(folder["nan.onnx"], card, folder["models"], "nan", Cancel)
        );
        Assert.Contains("is not a number", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(folder["models", ModelsFolder.Manifest], Cancel));
        Assert.Equal(4, Directory.GetFiles(folder["models"]).Length);
    }

    [Theory]
    [InlineData("size", "size: 48", "its input picture is -1x3x32x32, and the card says 48x48 pixels (input.size)")]
    [InlineData("batch", "", "it takes 4 pictures at a time")]
    [InlineData("two outputs", "", "it has 2 outputs, answer, more; say which (the card's output.name)")]
    [InlineData("output", "", "it has no output probs; there is answer (the card's output.name)")]
    [InlineData("class", "", "its output answer has 2 numbers a picture, and the card says that number 7 is fake")]
    [InlineData("kind", "", "its output answer has 2 numbers a picture, and the card says one (output.kind)")]
    [InlineData("opset", "", "is no ONNX model that can be run")]
    [InlineData("text", "", "is no ONNX model that can be run")]
    public void A_file_that_does_not_fit_its_card_is_refused_with_the_remedy(string what, string line, string expected)
    {
        using var folder = new TemporaryFolder();
        var file = folder["a.onnx"];
        if (what == "text")
            folder.Write("a.onnx", "no model");
        else
            WriteModel(file, batch: what == "batch" ? 4 : "n", more: what == "two outputs");
        if (what == "opset")
        {
            var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(file));
            model.OpsetImport[0].Version = 999;
            File.WriteAllBytes(file, model.ToByteArray());
        }
        var card = Card;
        if (line.Length > 0)
            card = card.Replace("size: 32", line);
        card = what switch
        {
            "output" => card.Replace("  fake: 1", "  name: probs\n  fake: 1"),
            "class" => card.Replace("  fake: 1", "  fake: 7"),
            "kind" => card.Replace("  fake: 1", "  kind: logit\n  fake: 1"),
            _ => card,
        };
        var error = Assert.Throws<ArgusException>(() =>
        {
            using var model = ForeignModelFile.Load(file, ReadCard(folder, card));
            model.Golden();
        });
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("licence: \"MIT\"\n", "", "card.yaml: licence is missing")]
    [InlineData("std: [0.5, 0.25, 0.5]", "std: [0.5, 0, 0.5]", "card.yaml:9: input.std must be three numbers above 0")]
    [InlineData("size: 32", "size: big", "card.yaml:7: input.size is 'big'")]
    [InlineData("of: frame", "of: frame\n  align: five_points", "only faces are aligned")]
    [InlineData("fake: 1", "fake: 1\n  kind: logitz", "did you mean 'logits'")]
    [InlineData("fake: 1", "fake: 1\n  fakes: 2", "there is no key 'output.fakes'; did you mean output.fake?")]
    public void A_wrong_card_is_refused_with_its_line(string old, string changed, string expected)
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<RequestException>(() => ReadCard(folder, Card.Replace(old, changed)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    // Found by fuzzing: which of two values counts is nobody's guess.
    [Fact]
    public void A_card_in_a_models_folder_that_says_something_twice_is_damaged()
    {
        using var folder = new TemporaryFolder();
        ReadCard(folder, Card).Write(folder["a.card.json"]);
        var json = File.ReadAllText(folder["a.card.json"]);
        folder.Write("a.card.json", json.Replace("\"licence\"", "\"licence\": \"GPL\", \"licence\""));
        var error = Assert.Throws<ArgusException>(() => ForeignCard.Read(folder["a.card.json"]));
        Assert.Contains("a.card.json is damaged", error.Message, StringComparison.Ordinal);
    }

    private static ForeignCard ReadCard(TemporaryFolder folder, string yaml) =>
        ForeignCardFile.Read(folder.Write("card.yaml", yaml));

    private static Dictionary<string, float[]> Pictures(ForeignModelFile model, int count)
    {
        using var picture = new Mat(Size, Size, MatType.CV_8UC3, new Scalar(Colour[2], Colour[1], Colour[0]));
        var last = new float[model.ClipLength];
        Preprocessing.Normalise(picture, last);
        var plane = Size * Size;
        float[] first = [.. Enumerable.Range(0, last.Length).Select(i => last[i % plane * 3 + i / plane])];
        return new() { [View.Rgb] = [.. Enumerable.Repeat(first, count).SelectMany(one => one)] };
    }

    private static void WriteModel(
        string path,
        string kind = "logits",
        bool channelsLast = false,
        object? batch = null,
        bool more = false,
        double gain = 1
    )
    {
        using var scope = NewDisposeScope();
        batch ??= "n";
        var graph = new OnnxGraph("two");
        var value = channelsLast
            ? graph.Transpose(graph.Input("picture", batch, Size, Size, 3), 0, 3, 1, 2)
            : graph.Input("picture", batch, 3, Size, Size);
        value = graph.Reshape(graph.Add("GlobalAveragePool", [value]), -1, 3);
        // First channel, and twice the last.
        var weights =
            kind == "logit"
                ? tensor(
                    new float[,]
                    {
                        { 0 },
                        { 0 },
                        { 2 },
                    }
                )
                : tensor(
                    new float[,]
                    {
                        { 1, 0 },
                        { 0, 0 },
                        { 0, 2 },
                    }
                );
        value = graph.Add("MatMul", [value, graph.AddWeight("weights", weights.mul((float)gain))]);
        if (kind == "probability")
            value = graph.Add("Softmax", [value], ("axis", -1L));
        graph.Output("answer", value, batch, kind == "logit" ? 1 : 2);
        if (more)
            graph.Output("more", value, batch, 2);
        graph.Write(path, "1", new Dictionary<string, string>());
    }
}
