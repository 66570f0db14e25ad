using System.Text.Json;
using Argus.Cli.Output;
using Argus.Detection;
using Argus.Recipes;
using Argus.Scores;
using Argus.Training.Checkpoints;
using Argus.Training.Export;
using Argus.Training.Recipes;
using Argus.Training.Tests.Checkpoints;
using Argus.Video;
using CliWrap;
using OpenCvSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Benchmarks.Fuzzing;

/// <summary>Small valid files of every kind, written by Argus itself and by ffmpeg.</summary>
/// <param name="Folder">Where they are.</param>
/// <param name="Recipe">A recipe.</param>
/// <param name="Descriptions">What ffprobe says of a video in several containers.</param>
/// <param name="Log">ffmpeg's, with the times of frames.</param>
internal sealed record FuzzCorpus(string Folder, MergedRecipe Recipe, IReadOnlyList<byte[]> Descriptions, byte[] Log)
{
    public static readonly string[] Containers = ["mp4", "mkv", "ts", "flv"];

    /// <summary>A path below the folder.</summary>
    public string this[params IEnumerable<string> names] => Path.Combine([Folder, .. names]);

    /// <summary>The content of a file.</summary>
    public byte[] Read(params IEnumerable<string> names) => File.ReadAllBytes(this[names]);

    /// <summary>Writes the files.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="cancel">Stops it.</param>
    public static async Task<FuzzCorpus> WriteAsync(string folder, CancellationToken cancel)
    {
        string In(params IEnumerable<string> names) => Path.Combine([folder, .. names]);
        string[] drawing = ["--size", "64", "--seconds", "1", "--quads", "0,0,0", "--focus", "resolution=1,0,0"];
        await MeasuredProcess.RunArgusAsync(["data", "sample", In("data"), .. drawing], cancel);
        string[] settings = ["model.image_size=32", "data.train_frames=2", "data.eval_frames=2", "data.sound=true"];
        string[] prepare = ["data", "prepare", "dfdc", In("data", "dfdc"), "--store", In("store")];
        await MeasuredProcess.RunArgusAsync([.. prepare, "--profile", "smoke", .. settings], cancel);

        WriteWeights(folder);
        WritePictures(folder);
        var recipe = RecipeLibrary.Default.Load(RecipeLibrary.Default.Find("rr/1"), "smoke", []);
        WriteModel(In("model.onnx"), CreateMetadata(recipe));
        Directory.CreateDirectory(In("models"));
        File.Copy(In("model.onnx"), In("models", "rr.onnx"));
        await ModelsFolder.SealAsync(
            In("models"),
            Council.CreateEqual([new CouncilCandidate("rr", CreateCalibration())]),
            cancel
        );

        var video = Directory.EnumerateFiles(In("data"), "*.mp4", SearchOption.AllDirectories).Order().First();
        var descriptions = new List<byte[]>();
        foreach (var container in Containers)
        {
            var file = In($"video.{container}");
            await RunFfmpegAsync(["-i", video, "-c", "copy", file], cancel);
            descriptions.Add((await VideoProbe.DescribeAsync(file, null, cancel)).ToArray());
        }
        var log = await RunFfmpegAsync(["-i", video, "-an", "-vf", DecodedFrames.Filter, "-f", "null", "-"], cancel);
        await RunFfmpegAsync(["-i", video, "-frames:v", "1", "-vf", "scale=16:16", In("picture.gif")], cancel);
        return new FuzzCorpus(folder, recipe, descriptions, System.Text.Encoding.UTF8.GetBytes(log));
    }

    /// <summary>What the file of a model says of itself.</summary>
    public static Dictionary<string, string> CreateMetadata(MergedRecipe recipe) =>
        new()
        {
            [ModelMetadata.Recipe] = RecipeJson.Write(recipe.Recipe),
            [ModelMetadata.Calibration] = JsonSerializer.Serialize(CreateCalibration(), Terminal.Json),
            [ModelMetadata.Golden] = "[0.25,-0.5]",
            [ModelMetadata.Precision] = "fp32",
        };

    /// <summary>Writes the smallest ONNX file that is loaded as a specialist's.</summary>
    /// <param name="path">The file.</param>
    /// <param name="metadata">What it says of itself.</param>
    public static void WriteModel(string path, IReadOnlyDictionary<string, string> metadata)
    {
        var graph = new OnnxGraph("smallest");
        graph.Optional(SpecialistModelFile.CellsWanted, 0);
        graph.Output("logits", graph.Input("rgb", "clips", 2), "clips", 2);
        graph.Write(path, "1", metadata);
    }

    /// <summary>A calibration of drawn scores.</summary>
    public static Calibration CreateCalibration()
    {
        var random = KeyedRandom.Create("fuzz-calibration");
        var videos = Enumerable
            .Range(0, 20)
            .Select(i => new LabelledClips(
                i % 2,
                [ClipScore.FromLogit(0, null, random.Normal() + i % 2), ClipScore.FromLogit(1, null, random.Normal())]
            ));
        return Calibration.Fit([.. videos], "drawn scores");
    }

    private static void WriteWeights(string folder)
    {
        var state = new Dictionary<string, (long[] Shape, float[] Values)>
        {
            ["layer.weight"] = ([2, 3], [1, 2, 3, 4, 5, 6]),
            ["layer.bias"] = ([3], [7, 8, 9]),
        };
        TorchSave.Write(Path.Combine(folder, "plain.pth"), state);
        TorchSave.Write(Path.Combine(folder, "nested.pth"), state, under: "model_state_dict");
        using var scope = NewDisposeScope();
        SafeTensors.Write(
            Path.Combine(folder, "valid.safetensors"),
            [("a", arange(6).view(2, 3)), ("b", zeros(3, ScalarType.BFloat16)), ("c", zeros(0))],
            new Dictionary<string, string> { ["format"] = "pt" }
        );
    }

    private static void WritePictures(string folder)
    {
        using var picture = new Mat(12, 16, MatType.CV_8UC3);
        Cv2.Randu(picture, OpenCvSharp.Scalar.All(0), OpenCvSharp.Scalar.All(256));
        foreach (var ending in new[] { "png", "jpg", "bmp", "webp" })
            Cv2.ImWrite(Path.Combine(folder, $"picture.{ending}"), picture);
    }

    private static async Task<string> RunFfmpegAsync(IEnumerable<string> arguments, CancellationToken cancel)
    {
        string[] quiet = ["-hide_banner", "-nostats", "-nostdin"];
        var (exitCode, log) = await Ffmpeg.RunAsync(
            Ffmpeg.Program,
            [.. quiet, .. arguments],
            null,
            PipeTarget.Null,
            cancel
        );
        return exitCode == 0 ? log : throw new ArgusException($"ffmpeg could not make a file for the bench: {log}");
    }
}
