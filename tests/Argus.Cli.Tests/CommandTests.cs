using System.Text.Json;
using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

public class CommandTests
{
    [Theory]
    [InlineData("")]
    [InlineData("quickstart")]
    [InlineData("test")]
    [InlineData("doctor")]
    [InlineData("recipes")]
    [InlineData("recipes show")]
    [InlineData("models pull")]
    [InlineData("data sample")]
    [InlineData("data check")]
    [InlineData("data prepare")]
    [InlineData("train")]
    [InlineData("evaluate")]
    [InlineData("forge")]
    [InlineData("bench control")]
    [InlineData("bench specialists")]
    [InlineData("import")]
    public async Task Every_command_has_help(string command)
    {
        var outcome = await ArgusProcess.RunAsync(
            Path.GetTempPath(),
            [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]
        );
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains("argus", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fly", "fly")]
    [InlineData("fly --help", "fly")]
    [InlineData("data chek --help", "did you mean 'check'?")]
    [InlineData("trian rr/1", "did you mean 'train'?")]
    [InlineData("data chek ffpp a", "did you mean 'check'?")]
    [InlineData("fly --help", "no command 'fly'")]
    [InlineData("trian --help", "did you mean 'train'?")]
    [InlineData("trian --version", "did you mean 'train'?")]
    [InlineData("train", "run")]
    [InlineData("train rr/9", "rr/9")]
    [InlineData("train zz", "zz")]
    [InlineData("train rr --ffpp a", "--celebdf")]
    [InlineData("train rr --stages 1,3 --ffpp a", "--wilddeepfake DIR")]
    [InlineData("train rr --stages 3,1 --ffpp a", "Begin with 1")]
    [InlineData("train rr --ffpp a --celebdf b --dfdc c --wilddeepfake d", "is for stage 3")]
    [InlineData("train tm/3 --data .", "rr/3")]
    [InlineData("train rr/1", "models pull efficientnet_b4")]
    [InlineData("train rr/1 backbone.weights=none", "--data DIR")]
    [InlineData("train rr/1 --data nowhere backbone.weights=none", "nowhere")]
    [InlineData("train rr/1 --data . backbone.weights=none", "No video was found in . as FaceForensics++")]
    [InlineData("train rr/1 --store nowhere backbone.weights=none", "holds no store")]
    [InlineData("train rr/2 --data .", "argus train rr/1")]
    [InlineData("train rr/1 --data . --init nowhere.pth", "nowhere.pth")]
    [InlineData("train rr/1 --data . --profile big", "big")]
    [InlineData("train rr/1 --data . train.epoch=1", "did you mean 'train.epochs'")]
    [InlineData("forge a.mp4 --kind blend", "--out")]
    [InlineData("forge nowhere.mp4 --kind blend --out forged", "There is no file nowhere.mp4")]
    [InlineData("forge a.mp4 --kind blent --out forged", "did you mean 'blend'")]
    [InlineData("forge a.mp4 --kind blend --out forged --quads 0", "1 to 1000")]
    [InlineData("bench control nowhere", "nowhere")]
    [InlineData("bench specialists nowhere", "nowhere")]
    [InlineData("bench specialists . --only xx", "xx")]
    [InlineData("evaluate nowhere --data ffpp=.", "nowhere is no checkpoint")]
    [InlineData("evaluate . --data ffpp", "ffpp=/data")]
    [InlineData("evaluate . --data fpp=.", "did you mean 'ffpp'")]
    [InlineData("import nowhere.pth --specialist rr --out x", "nowhere.pth")]
    [InlineData("import nowhere.pth --specialist xx --out x", "xx")]
    [InlineData("import nowhere.pth", "--specialist")]
    [InlineData("models pull resnet", "resnet")]
    [InlineData("models pull yunet --from nowhere.onnx", "nowhere.onnx")]
    [InlineData("data check ffpp nowhere", "nowhere")]
    [InlineData("data check celeb .", "celebdf")]
    [InlineData("data sample . --size 33", "33")]
    [InlineData("data sample s --seconds 0,6", "--seconds takes a number, not '0,6'; write 0.6")]
    [InlineData("data sample s --seconds", "--seconds")]
    [InlineData("data sample s --seconds NaN", "--seconds takes a number")]
    [InlineData("data sample s --size 1,000", "--size takes a whole number, not '1,000'")]
    [InlineData("data sample s --seed 1,000", "--seed takes a whole number, not '1,000'")]
    [InlineData("data prepare ffpp . --stage 1,0", "--stage takes a whole number")]
    [InlineData("serve --models m --max-minutes 0,5", "write 0.5")]
    [InlineData("forge a.mp4 --kind blend --out forged --seconds 1,5", "write 1.5")]
    [InlineData("forge a.mp4 --kind blend --out forged --quads x", "--quads takes a whole number, not 'x'")]
    [InlineData("bench step rr --batch x", "--batch takes a whole number, not 'x'")]
    [InlineData("train rr/1 --data . optimizer.learning_rate=0,1", "takes a number, not '0,1'; write 0.1")]
    [InlineData("data sample s --quads 1,2", "three numbers")]
    [InlineData("data sample s --focus blur=1,1,1", "blur")]
    [InlineData("data prepare ffpp . data.crop=hand", "hand")]
    [InlineData("recipes show rr/2 loss.name=hinge", "hinge")]
    [InlineData("quickstart --specialist xy", "xy")]
    public async Task A_wrong_request_exits_with_2_names_the_cause_and_shows_no_stack_trace(
        string arguments,
        string cause
    )
    {
        using var folder = new TemporaryFolder();
        var outcome = await ArgusProcess.RunAsync(folder.Path, arguments.Split(' '));
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(cause, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
        Assert.InRange(outcome.Error.Trim().Split('\n').Length, 1, 3);
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries(folder.Path),
            entry => Path.GetFileName(entry) is not ("cache" or "s")
        );
    }

    [Fact]
    public async Task The_recipe_listing_is_also_json()
    {
        var outcome = await ArgusProcess.RunAsync(Path.GetTempPath(), "recipes", "--json");
        Assert.Equal(15, JsonDocument.Parse(outcome.Output).RootElement.GetArrayLength());
    }

    [Fact]
    public async Task Good_runs_are_listed_beside_a_damaged_one_which_is_named()
    {
        using var folder = new TemporaryFolder();
        var recipe = (await ArgusProcess.RunAsync(folder.Path, "recipes", "show", "rr/1")).Output;
        foreach (var (run, state) in new[] { ("a", "{\"epoch\": 1, \"global"), ("b", "{\"epoch\": 3}"), ("c", "{}") })
        {
            folder.Write($"runs/{run}/recipe.yaml", run == "c" ? "specialist: [" : recipe);
            folder.Write($"runs/{run}/checkpoints/epoch-003-step-000000/state.json", state);
            // The shortest safetensors file: a header's length and a header of one tensor without elements.
            const string Header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}";
            File.WriteAllBytes(
                folder["runs", run, "checkpoints", "epoch-003-step-000000", "model.safetensors"],
                [.. BitConverter.GetBytes((long)Header.Length), .. System.Text.Encoding.ASCII.GetBytes(Header)]
            );
        }
        var outcome = await ArgusProcess.RunAsync(folder.Path, "runs");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("rr/1", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("runs/a is left out", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("runs/c is left out", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_are_taken_from_a_file_only_with_the_pinned_hash()
    {
        using var folder = new TemporaryFolder();
        var wrong = await ArgusProcess.RunAsync(
            folder.Path,
            "models",
            "pull",
            "yunet",
            "--from",
            folder.Write("fake.onnx", "not it")
        );
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("8f2383e4", wrong.Error, StringComparison.Ordinal);
        var right = await ArgusProcess.RunAsync(
            folder.Path,
            "models",
            "pull",
            "yunet",
            "--from",
            Shared.File("models/face_detection_yunet_2023mar.onnx")
        );
        Assert.Equal(0, right.ExitCode);
        Assert.Contains(
            "face_detection_yunet_2023mar.onnx",
            (await ArgusProcess.RunAsync(folder.Path, "models", "list", "--json")).Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_packaged_model_comes_through_restore_or_from_a_file_and_is_imported()
    {
        using var folder = new TemporaryFolder();
        string[] pull = ["models", "pull", "resnet18_dnn"];
        var wrong = await ArgusProcess.RunAsync(folder.Path, [.. pull, "--from", folder.Write("fake.onnx", "not it")]);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("e2552f19", wrong.Error, StringComparison.Ordinal);
        // The package is in the cache of packages: building this test put it there.
        var restored = await ArgusProcess.RunAsync(folder.Path, pull);
        Assert.True(restored.ExitCode == 0, restored.Error);
        var file = folder["cache", "models", "resnet18_dnn.onnx"];
        Assert.Equal(63_653_533, new FileInfo(file).Length);
        File.Move(file, folder["moved.onnx"]);
        var right = await ArgusProcess.RunAsync(folder.Path, [.. pull, "--from", "moved.onnx"]);
        Assert.True(right.ExitCode == 0 && File.Exists(file), right.Error);

        var imported = await ArgusProcess.RunAsync(
            folder.Path,
            ["import", file, "--specialist", "rr", "--out", "checkpoint", "backbone.name=resnet18_dnn"]
        );
        Assert.True(imported.ExitCode == 0, imported.Error);
        Assert.Contains("backbone 110", imported.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leaking_dataset_exits_with_1_and_a_known_leak_with_0()
    {
        using var folder = new TemporaryFolder();
        await ArgusProcess.RunAsync(
            folder.Path,
            "data",
            "sample",
            "data",
            "--size",
            "32",
            "--seconds",
            "0.2",
            "--quads",
            "0,0,0",
            "--focus",
            "resolution=3,1,1"
        );
        Assert.Equal(
            0,
            (await ArgusProcess.RunAsync(folder.Path, "data", "check", "celebdf", "data/celebdf")).ExitCode
        );

        // The first test video, once more under a training name.
        var test = (await File.ReadAllLinesAsync(folder["data", "celebdf", "List_of_testing_videos.txt"]))[0]
            .Split(' ')[1];
        File.Copy(folder["data", "celebdf", test], folder["data", "celebdf", "YouTube-real", "99999.mp4"]);
        var leak = await ArgusProcess.RunAsync(folder.Path, "data", "check", "celebdf", "data/celebdf", "--json");
        Assert.Equal(1, leak.ExitCode);
        var problems = JsonDocument
            .Parse(leak.Output)
            .RootElement.GetProperty("problems")
            .EnumerateArray()
            .Select(problem => problem.GetProperty("what").GetString());
        Assert.Contains(problems, what => what!.StartsWith("leak: the same file", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disk_that_fills_up_is_a_sentence_and_what_was_finished_stays()
    {
        using var folder = new TemporaryFolder();
        await ArgusProcess.RunAsync(
            folder.Path,
            "data",
            "sample",
            "data",
            "--size",
            "64",
            "--seconds",
            "0.4",
            "--quads",
            "0,0,0",
            "--focus",
            "resolution=3,1,1"
        );
        string[] prepare = ["data", "prepare", "ffpp", "data/ffpp", "--store", "store", "--profile", "smoke"];
        // A limit on file sizes (1 KiB blocks) breaks the write in the middle, as a full disk does. (.NET's doubly
        // mapped code pages are files to the kernel and would break first.)
        var full = await ArgusProcess.RunAfterAsync(
            folder.Path,
            "export DOTNET_EnableWriteXorExecute=0; trap '' XFSZ; ulimit -f 200",
            prepare
        );
        Assert.Equal(1, full.ExitCode);
        Assert.Contains("could not be written", full.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", full.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(folder["store"], "*.partial"));
        Assert.Equal(0, (await ArgusProcess.RunAsync(folder.Path, prepare)).ExitCode);
    }

    [Fact]
    public async Task An_import_says_what_matched_and_its_checkpoint_can_be_trained_from()
    {
        using var folder = new TemporaryFolder();
        await ArgusProcess.RunAsync(
            folder.Path,
            "data",
            "sample",
            "data",
            "--size",
            "32",
            "--seconds",
            "0.2",
            "--quads",
            "0,0,0",
            "--focus",
            "resolution=2,1,1"
        );
        string[] tiny =
        [
            "--profile",
            "smoke",
            "model.image_size=32",
            "model.projection=64",
            "data.train_frames=2",
            "data.eval_frames=1",
            "train.max_steps=1",
        ];
        Assert.Equal(
            0,
            (
                await ArgusProcess.RunAsync(
                    folder.Path,
                    ["train", "rr/1", "--data", "data/ffpp", "--run", "first", .. tiny]
                )
            ).ExitCode
        );
        var import = await ArgusProcess.RunAsync(
            folder.Path,
            [
                "import",
                "first/checkpoints/best/model.safetensors",
                "--specialist",
                "rr",
                "--out",
                "imported",
                "--profile",
                "smoke",
                "model.image_size=32",
                "model.projection=64",
            ]
        );
        Assert.True(import.ExitCode == 0, import.Error);
        Assert.Matches(@"missing\s+0", import.Output);
        var trained = await ArgusProcess.RunAsync(
            folder.Path,
            ["train", "rr/1", "--data", "data/ffpp", "--run", "second", "--init", "imported", .. tiny]
        );
        Assert.True(trained.ExitCode == 0, trained.Error);
        var evaluated = await ArgusProcess.RunAsync(folder.Path, "evaluate", "second", "--data", "ffpp=data/ffpp");
        Assert.True(evaluated.ExitCode == 0, evaluated.Error);
        Assert.True(File.Exists(folder["second", "evaluation", "report.html"]));
        Assert.Equal(1 + 4, (await File.ReadAllLinesAsync(folder["second", "evaluation", "predictions.csv"])).Length);
    }
}
