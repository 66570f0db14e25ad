using Argus.Data.Stores;
using Argus.Detection;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Tests;
using Argus.Training.Checkpoints;
using Argus.Training.Export;
using Argus.Training.Models;
using Argus.Training.Recipes;
using Argus.Training.Runs;
using Argus.Views;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Export;

/// <summary>
/// A file in ONNX Runtime answers as the checkpoint does in torch. Weights are random, normalisation is not the
/// identity.
/// </summary>
[Collection(nameof(TinyDetector))]
public sealed class OnnxExportTests(TinyDetector tiny) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("argus-test-").FullName;

    public static TheoryData<string, string, int> Specialists =>
        new(
            Specialist
                .All.Select(specialist => (specialist.Name, "full", 64))
                .Append(("rr", "seed", 64))
                .Append(("cm", "seed", 112))
        );

    [Theory, MemberData(nameof(Specialists))]
    public async Task Every_specialist_answers_as_its_checkpoint(string name, string profile, int size)
    {
        var checkpoint = Checkpoint(
            name,
            profile,
            size,
            profile == "seed" ? 1
                : name == "av" ? 11
                : name == "tm" ? 4
                : 1
        ); // eleven go through in two parts
        var result = await OnnxExport.RunAsync(
            checkpoint,
            Path.Combine(folder, "model.onnx"),
            ExportPrecision.Fp32,
            null,
            TestContext.Current.CancellationToken
        );
        Assert.InRange(result.LargestDifference, 0, OnnxExport.Tolerance);
        using var file = SpecialistModelFile.Load(result.Path);
        file.Check();
        Assert.Equal(checkpoint.Recipe.Model, file.Recipe.Model with { Dropout = checkpoint.Recipe.Model.Dropout });
        // Any number of clips.
        var three = file.Inputs.ToDictionary(input => input, input => GoldenInput.Create(input, 3 * file.ClipLength));
        Assert.Equal(6, file.Logits(three).Length);
        Assert.Equal(file.Golden(), file.Logits(three)[..2], (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public async Task Cells_are_the_logits_without_a_part_of_the_picture()
    {
        var checkpoint = Checkpoint("cm", "seed", 224, 1);
        var result = await OnnxExport.RunAsync(
            checkpoint,
            Path.Combine(folder, "model.onnx"),
            ExportPrecision.Fp32,
            null,
            TestContext.Current.CancellationToken
        );
        using var file = SpecialistModelFile.Load(result.Path);
        var values = GoldenInput.Create(View.Rgb, file.ClipLength);
        var told = file.OcclusionSensitivity(new Dictionary<string, float[]> { [View.Rgb] = values })[0];

        using var none = no_grad();
        using var scope = NewDisposeScope();
        using var model = checkpoint.Load(CPU);
        model.eval();
        var frames = tensor(values).view(1, 3, 224, 224);
        Tensor map = model.BackboneFeatures(frames).flatten(2);
        Tensor branches = model.ModuleFeatures(frames).flatten(2); // (1, C, 49)
        double Odds(Tensor pooled, Tensor module)
        {
            var logits = model.HeadLogits(cat([pooled, module.flatten(1)], 1).unsqueeze(1)).data<float>().ToArray();
            return logits[1] - logits[0];
        }
        var whole = Odds(map.mean([2]), branches);
        foreach (var cell in new[] { 0, 24, 48 })
        {
            var without = branches.clone();
            without[.., .., cell] = branches.mean([2]);
            var left = (map.sum(2) - map[.., .., cell]) / 48;
            Assert.Equal(whole - Odds(left, without), told[cell], 1e-4);
        }
    }

    [Fact]
    public async Task The_official_checker_finds_nothing_wrong()
    {
        const string Python = "/usr/bin/python3"; // Debian's, for which python3-onnx is
        async Task<(int Code, string Error)> Run(string program) =>
            await Video.Ffmpeg.RunAsync(
                Python,
                ["-c", program],
                null,
                CliWrap.PipeTarget.Null,
                TestContext.Current.CancellationToken
            );
        if (!File.Exists(Python) || (await Run("import onnx")).Code != 0)
            Assert.Skip("python3-onnx is not installed");
        foreach (var (name, frames) in new[] { ("rr", 1), ("tm", 4) })
        {
            var result = await OnnxExport.RunAsync(
                Checkpoint(name, "full", 64, frames),
                Path.Combine(folder, name + ".onnx"),
                ExportPrecision.Fp32,
                null,
                TestContext.Current.CancellationToken
            );
            var (code, error) = await Run(
                $"import onnx; m = onnx.load('{result.Path}'); onnx.checker.check_model(m, full_check=True); "
                    + "onnx.shape_inference.infer_shapes(m, check_type=True, strict_mode=True)"
            );
            Assert.True(code == 0, error);
        }
    }

    [Fact]
    public async Task Half_precision_is_half_as_large_and_nearly_equal()
    {
        var checkpoint = Checkpoint("rr", "full", 64, 1);
        var whole = await OnnxExport.RunAsync(
            checkpoint,
            Path.Combine(folder, "whole.onnx"),
            ExportPrecision.Fp32,
            null,
            TestContext.Current.CancellationToken
        );
        var half = await OnnxExport.RunAsync(
            checkpoint,
            Path.Combine(folder, "half.onnx"),
            ExportPrecision.Fp16,
            null,
            TestContext.Current.CancellationToken
        );
        Assert.InRange((double)half.Bytes / whole.Bytes, 0.49, 0.53);
        Assert.InRange(half.LargestDifference, 1e-9, 0.05);
    }

    [Fact]
    public async Task Integers_are_a_third_as_large_and_say_what_they_cost()
    {
        using var store = await TinyStore.OpenAsync(tiny.Merged.Recipe);
        async Task<ExportResult> Export(Store? crops) =>
            await OnnxExport.RunAsync(
                tiny.Checkpoint,
                Path.Combine(folder, "int8.onnx"),
                ExportPrecision.Int8,
                crops,
                TestContext.Current.CancellationToken
            );
        var whole = tiny.Exported;
        var rounded = await Export(store);
        Assert.InRange((double)rounded.Bytes / whole.Bytes, 0.2, 0.45);
        Assert.InRange(rounded.LargestDifference, 1e-9, 0.5);
        Assert.InRange(rounded.Loss!.MeanProbability, 1e-12, 0.02);
        Assert.InRange(rounded.Loss.FileAuc!.Value, 0, 1);
        // A graph whose integers nobody reads would compute as before: the runtime's optimised form holds integer
        // kernels.
        using var options = new Microsoft.ML.OnnxRuntime.SessionOptions
        {
            LogSeverityLevel = Microsoft.ML.OnnxRuntime.OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            OptimizedModelFilePath = Path.Combine(folder, "optimised.onnx"),
            GraphOptimizationLevel = Microsoft.ML.OnnxRuntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
        };
        using (new Microsoft.ML.OnnxRuntime.InferenceSession(rounded.Path, options)) { }
        var optimised = Argus.Training.Onnx.ModelProto.Parser.ParseFrom(
            await File.ReadAllBytesAsync(Path.Combine(folder, "optimised.onnx"), TestContext.Current.CancellationToken)
        );
        var operations = optimised.Graph.Node.CountBy(node => node.OpType).ToDictionary();
        Assert.True(operations["QLinearConv"] > 70, string.Join(", ", operations));
        Assert.False(operations.ContainsKey("Conv"), string.Join(", ", operations));
        await Assert.ThrowsAsync<RequestException>(() => Export(null));
    }

    [Fact]
    public void What_is_no_model_of_Argus_is_refused_with_a_reason()
    {
        var text = Path.Combine(folder, "text.onnx");
        File.WriteAllText(text, "no model");
        Assert.Contains(
            "is no ONNX model",
            Assert.Throws<ArgusException>(() => SpecialistModelFile.Load(text)).Message
        );
        Assert.Throws<RequestException>(() => SpecialistModelFile.Load(Path.Combine(folder, "missing.onnx")));
    }

    [Theory]
    [InlineData("resnet18", 64, ExportPrecision.Fp32)]
    [InlineData("resnet50", 64, ExportPrecision.Fp32)]
    [InlineData("resnet18_dnn", 64, ExportPrecision.Fp32)]
    [InlineData("resnet18_dnn", 72, ExportPrecision.Fp32)] // 9 and 5 have to be halved
    [InlineData("resnet18_dnn", 64, ExportPrecision.Fp16)]
    public async Task Every_family_of_backbones_answers_as_its_checkpoint(
        string backbone,
        int size,
        ExportPrecision precision
    )
    {
        var result = await OnnxExport.RunAsync(
            Checkpoint("rr", "full", size, 1, backbone),
            Path.Combine(folder, "model.onnx"),
            precision,
            null,
            TestContext.Current.CancellationToken
        );
        using var file = SpecialistModelFile.Load(result.Path);
        file.Check();
        Assert.InRange(result.LargestDifference, 0, precision == ExportPrecision.Fp32 ? OnnxExport.Tolerance : 0.05);
    }

    [Fact]
    public async Task Integers_serve_a_ResNet_too()
    {
        var merged = TinyStore.Recipe("rr/4", "backbone.name=resnet18_dnn");
        using var store = await TinyStore.OpenAsync(merged.Recipe);
        var result = await OnnxExport.RunAsync(
            TinyDetector.Untrained(Path.Combine(folder, "resnet"), merged),
            Path.Combine(folder, "int8.onnx"),
            ExportPrecision.Int8,
            store,
            TestContext.Current.CancellationToken
        );
        Assert.InRange(result.LargestDifference, 1e-9, 0.5);
        Assert.InRange(result.Loss!.MeanProbability, 1e-12, 0.02);
        using var file = SpecialistModelFile.Load(result.Path);
        file.Check();
    }

    private CheckpointReference Checkpoint(
        string name,
        string profile,
        int size,
        int frames,
        string backbone = "efficientnet_b0"
    )
    {
        string[] settings =
        [
            $"backbone.name={backbone}",
            "backbone.weights=none",
            $"model.image_size={size}",
            $"data.clip_frames={frames}",
            $"model.projection={(profile == "full" && name != "tm" ? 128 : 0)}",
        ];
        var merged = RecipeLibrary.Default.Load(RecipeLibrary.Default.Find($"{name}/1"), profile, settings);
        using var model = ModelFactory.Create(merged.Recipe);
        using (no_grad())
        {
            foreach (var (key, value) in model.state_dict())
            {
                if (key.EndsWith("running_mean", StringComparison.Ordinal))
                    value.uniform_(-0.2, 0.2);
                if (key.EndsWith("running_var", StringComparison.Ordinal))
                    value.uniform_(0.5, 1.5);
            }
        }
        var target = Path.Combine(folder, $"{name}-{size}");
        Argus.Training.Checkpoints.Checkpoint.Save(target, model, optimizer: null, new TrainState(), merged.ToYaml());
        return CheckpointReference.Find(target);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
