using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Argus.Cli.Output;
using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Data.Stores;
using Argus.Detection;
using Argus.Recipes;
using Argus.Scores;
using Argus.Sound;
using Argus.Training.Checkpoints;
using Argus.Training.Recipes;
using Argus.Training.Tests.Checkpoints;
using Argus.Video;
using Argus.Web.Http;
using Argus.Web.Queue;
using Microsoft.AspNetCore.Http;

namespace Argus.Benchmarks.Fuzzing;

/// <summary>The list of all readers of bytes that others wrote.</summary>
internal static class FuzzReaders
{
    // The Parquet library allocates what a header claims, up to the longest array, before it looks whether it is there.
    private const double ParquetMegabytes = 2200;

    /// <summary>Creates the readers.</summary>
    /// <param name="corpus">Valid files of every kind.</param>
    /// <returns>
    /// Stores are the last: what the Parquet library takes would hide what native libraries take after it.
    /// </returns>
    public static IReadOnlyList<FuzzReader> Create(FuzzCorpus corpus) =>
        [
            .. OfWeights(corpus),
            .. OfModels(corpus),
            .. OfTexts(corpus),
            .. FuzzLists.Create(corpus),
            .. OfVideos(corpus),
            .. OfStores(corpus),
        ];

    private static IEnumerable<FuzzReader> OfWeights(FuzzCorpus corpus)
    {
        var pickles = new[] { "plain.pth", "nested.pth" }.Select(name => ReadPickle(corpus[name])).ToList();
        byte[][] storages = [new byte[24], new byte[12]];
        var pickle = corpus["fuzz.pkl"];
        yield return new("pickle", pickle, pickles, () => new PickleReader(File.ReadAllBytes(pickle)).Read());
        yield return new(
            "pickle in a .pth",
            pickle,
            pickles,
            () =>
            {
                File.Delete(corpus["fuzz-pickle.pth"]);
                TorchSave.Zip(corpus["fuzz-pickle.pth"], File.ReadAllBytes(pickle), storages);
                Weights.Read(corpus["fuzz-pickle.pth"]).Dispose();
            },
            IsNative: true
        );
        var zip = corpus["fuzz.pth"];
        yield return new(
            ".pth",
            zip,
            [corpus.Read("plain.pth"), corpus.Read("nested.pth")],
            () => Weights.Read(zip).Dispose(),
            IsNative: true
        );
        var tensors = corpus["fuzz.safetensors"];
        yield return new(
            "safetensors",
            tensors,
            [corpus.Read("valid.safetensors")],
            () => Weights.Read(tensors).Dispose(),
            IsNative: true
        );
        var state = corpus[Checkpoint.StateFile];
        var written = JsonSerializer.SerializeToUtf8Bytes(
            new TrainState { Metrics = new Dictionary<string, double?> { ["auc"] = 0.5 } },
            Terminal.Json
        );
        yield return new("checkpoint state", state, [written], () => Checkpoint.ReadState(corpus.Folder));
    }

    private static IEnumerable<FuzzReader> OfModels(FuzzCorpus corpus)
    {
        var model = corpus["fuzz.onnx"];
        yield return new(
            "ONNX file",
            model,
            [corpus.Read("model.onnx")],
            () => SpecialistModelFile.Load(model, threads: 1).Dispose(),
            IsNative: true
        );
        var metadata = corpus["fuzz-metadata.json"];
        yield return new(
            "ONNX metadata",
            metadata,
            [JsonSerializer.SerializeToUtf8Bytes(FuzzCorpus.CreateMetadata(corpus.Recipe))],
            () => ReadMetadata(File.ReadAllBytes(metadata), corpus["fuzz-metadata.onnx"])
        );
        var council = corpus["models", Council.FileName];
        yield return new(
            "council",
            council,
            [corpus.Read("models", Council.FileName)],
            () => Council.Read(corpus["models"]).Fuse(new Dictionary<string, double> { ["rr"] = 1 })
        );
        yield return new(
            "models manifest",
            corpus["models", ModelsFolder.Manifest],
            // None is accepted, because the smallest model has another input than its recipe says.
            [corpus.Read("models", ModelsFolder.Manifest)],
            () => ModelsFolder.LoadAsync(corpus["models"]).GetAwaiter().GetResult().Dispose()
        );
        var calibration = corpus[Calibration.FileName];
        var fitted = FuzzCorpus.CreateMetadata(corpus.Recipe)[ModelMetadata.Calibration];
        yield return new(
            "calibration",
            calibration,
            [Encoding.UTF8.GetBytes(fitted)],
            () => UseCalibration(Calibration.Read(corpus.Folder)!)
        );
    }

    private static IEnumerable<FuzzReader> OfStores(FuzzCorpus corpus)
    {
        var index = StoreIndex.File(corpus["store"]);
        var shard = corpus["store", "000000.tar"];
        void Read() => ReadStore(corpus["store"]);
        yield return new("store index", index, [File.ReadAllBytes(index)], Read, MostMegabytes: ParquetMegabytes);
        yield return new("store shard", shard, [File.ReadAllBytes(shard)], Read, IsNative: true);
        yield return new("store options", corpus["store", "store.json"], [corpus.Read("store", "store.json")], Read);

        var rows = StoreIndex.ReadFileAsync<StoreRow>(index).ToBlockingEnumerable().ToList();
        var changed = corpus["changed"];
        Directory.CreateDirectory(changed);
        foreach (var name in new[] { "store.json", "000000.tar" })
            File.Copy(corpus["store", name], Path.Combine(changed, name));
        var json = corpus["fuzz-rows.json"];
        yield return new(
            "store rows",
            json,
            [JsonSerializer.SerializeToUtf8Bytes(rows)],
            () =>
            {
                WriteIndex(File.ReadAllBytes(json), StoreIndex.File(changed));
                ReadStore(changed);
            }
        );
        var unreadable = corpus["store", StoreFolder.UnreadableFile];
        yield return new(
            "unreadable.csv",
            unreadable,
            ["path,reason\na/b.mp4,it is empty\n\"c,\"\"d.mp4\",\"a, b\"\n"u8.ToArray()],
            () => _ = StoreFolder.ReadUnreadable(corpus["store"]).ToList()
        );
    }

    private static IEnumerable<FuzzReader> OfTexts(FuzzCorpus corpus)
    {
        var yaml = corpus["fuzz.yaml"];
        var merged = Encoding.UTF8.GetBytes(corpus.Recipe.ToYaml());
        yield return new(
            "recipe YAML",
            yaml,
            [merged, "a: &x [1, 2]\nb:\n  c: *x\n  <<: {d: 1}\n? e\n: |\n  f\n"u8.ToArray()],
            () => RecipeLibrary.ReadMerged(yaml)
        );
        yield return new(
            "recipe of earlier models",
            yaml,
            [merged],
            () => RecipeText.Read(File.ReadAllText(yaml), "model")
        );
        var json = corpus["fuzz-recipe.json"];
        yield return new(
            "recipe JSON",
            json,
            [Encoding.UTF8.GetBytes(RecipeJson.Write(corpus.Recipe.Recipe))],
            () => RecipeJson.Read(File.ReadAllText(json), "model")
        );
        var table = corpus["fuzz.csv"];
        yield return new(
            "predictions",
            table,
            [
                Encoding.UTF8.GetBytes(
                    $"{PredictionTable.Header}\nffpp,real,c23,,,a,a.mp4,0,0,0.5,-1.5,0.18242552380635635,\n"
                        + "ffpp,Deepfakes,c23,1,blend,\"b,\"\"1\",b.mp4,1,0,,2,,\nffpp,real,c23,,,c,c.mp4,0,,,,,none\n"
                ),
                "id,label,probability\na,real,0.25\nb,fake,0.75\n"u8.ToArray(),
            ],
            () => PredictionTable.Read(table)
        );
        yield return new(
            "kinds.csv",
            corpus["data", "dfdc", "kinds.csv"],
            ["path,kind\na/b.mp4,blend\nc.mp4,audio\n"u8.ToArray()],
            () => KindList.Read(corpus["data", "dfdc"])
        );
        var metadata = Directory
            .EnumerateFiles(corpus["data", "dfdc"], "metadata.json", SearchOption.AllDirectories)
            .First();
        yield return new(
            "DFDC metadata",
            metadata,
            [File.ReadAllBytes(metadata)],
            () => DatasetLayout.Find("dfdc").Read(corpus["data", "dfdc"], new DatasetOptions())
        );
        var list = Directory.EnumerateFiles(corpus["data", "celebdf"], "List*.txt").First();
        yield return new(
            "Celeb-DF list",
            list,
            ["1 YouTube-real/00000.mp4\n1 Celeb-real/id0_0000.mp4\n0 Celeb-synthesis/id0_id1_0000.mp4\n"u8.ToArray()],
            () => DatasetLayout.Find("celebdf").Read(corpus["data", "celebdf"], new DatasetOptions())
        );
        var form = corpus["fuzz-form.txt"];
        yield return new(
            "upload form",
            form,
            [
                Encoding.UTF8.GetBytes(
                    "multipart/form-data; boundary=\"bound\"\n"
                        + "--bound\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
                        + "1\r\n--bound\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../a.mp4\"; "
                        + "filename*=UTF-8''a%C3%9F.mp4\r\nContent-Type: video/mp4\r\n\r\nabc\r\n--bound--\r\n"
                ),
            ],
            () => ReadForm(File.ReadAllBytes(form)),
            Refusals: [typeof(RefusedUploadException), typeof(InvalidDataException)]
        );
    }

    private static IEnumerable<FuzzReader> OfVideos(FuzzCorpus corpus)
    {
        var description = corpus["fuzz-probe.json"];
        yield return new(
            "ffprobe's JSON",
            description,
            corpus.Descriptions,
            () => Check(VideoProbe.Parse(File.ReadAllBytes(description), longestSeconds: null))
        );
        var log = corpus["fuzz.log"];
        var info = VideoProbe.Parse(corpus.Descriptions[0], longestSeconds: null);
        yield return new(
            "ffmpeg's log",
            log,
            [corpus.Log],
            () =>
            {
                var frames = DecodedFrames.Parse(File.ReadAllText(log));
                if (!frames.Matches(info) && frames.TimesSeconds.Length > 0)
                    Check(frames.Correct(info));
            }
        );
        var picture = corpus["fuzz.picture"];
        yield return new(
            "picture",
            picture,
            [.. new[] { "png", "jpg", "bmp", "webp", "gif" }.Select(ending => corpus.Read($"picture.{ending}"))],
            () => StillPicture.Read(picture)?.Dispose(),
            IsNative: true
        );
        var head = corpus["fuzz.head"];
        var names = FuzzCorpus.Containers.Select(container => $"video.{container}").Append("picture.png");
        yield return new(
            "file signature",
            head,
            [.. names.Select(name => corpus.Read(name)[..FileSignature.Length])],
            () => FileSignature.IsVideoOrPicture(File.ReadAllBytes(head))
        );
        var wave = corpus["fuzz.wav"];
        yield return new("WAV", wave, [Wave.Write([1, -2, 3], 16000)], () => Wave.Read(File.ReadAllBytes(wave)));
        var ppm = corpus["fuzz.ppm"];
        byte[] pixels = [.. "P6\n2 2\n255\n"u8, .. new byte[12]];
        yield return new(
            "PPM",
            ppm,
            [
                [.. pixels, .. pixels],
            ],
            () => ReadPpm(File.ReadAllBytes(ppm)),
            IsNative: true,
            Refusals: [typeof(EndOfStreamException)]
        );
    }

    private static byte[] ReadPickle(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        using var stream = zip.GetEntry("archive/data.pkl")!.Open();
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static void ReadMetadata(byte[] json, string model)
    {
        Dictionary<string, string> metadata;
        try
        {
            metadata = JsonSerializer.Deserialize<Dictionary<string, string>>(json)!;
            FuzzCorpus.WriteModel(model, metadata);
        }
        catch (Exception error) when (error is JsonException or NullReferenceException or ArgumentNullException)
        {
            throw new ArgusException("The bench made no metadata.", error);
        }
        using var loaded = SpecialistModelFile.Load(model, threads: 1);
        loaded.ReadGolden();
        if (loaded.Calibration is { } calibration)
            UseCalibration(calibration);
    }

    private static void UseCalibration(Calibration calibration)
    {
        Judge.Create(calibration, calibrator: Calibrator.Isotonic).Probability([ClipScore.FromLogit(0, null, 0.25)]);
        Judge.Create(calibration).Probability([ClipScore.FromLogit(0, null, 0.25)]);
        Council.CreateEqual([new CouncilCandidate("rr", calibration)]);
    }

    private static void ReadStore(string folder)
    {
        using var store = Store.OpenAsync(folder).GetAwaiter().GetResult();
        var reader = new StoredClipReader(store);
        foreach (var clip in store.Videos.SelectMany(video => video.Clips))
        {
            using var read = reader.Read(clip, withSound: true);
        }
    }

    private static void WriteIndex(byte[] json, string index)
    {
        try
        {
            var rows = JsonSerializer.Deserialize<List<StoreRow>>(json)!;
            File.Delete(index);
            using var stream = File.Create(index);
            Parquet.Serialization.ParquetSerializer.SerializeAsync(rows, stream).GetAwaiter().GetResult();
        }
        catch (Exception error)
        {
            throw new ArgusException("The bench made no rows.", error);
        }
    }

    // The first line is the request's Content-Type, the rest its body.
    private static void ReadForm(byte[] request)
    {
        var line = Array.IndexOf(request, (byte)'\n');
        var http = new DefaultHttpContext();
        http.Request.ContentType = Encoding.Latin1.GetString(request[..Math.Max(0, line)]);
        http.Request.Body = new MemoryStream(request[(line + 1)..]);
        try
        {
            ReadFilesAsync(UploadFormReader.Create(http.Request)).GetAwaiter().GetResult();
        }
        catch (Exception error) when (UploadFormReader.IsTruncation(error))
        {
            throw new ArgusException("The form ends too early.", error);
        }
    }

    private static async Task ReadFilesAsync(UploadFormReader form)
    {
        while (await form.ReadNextFileAsync(CancellationToken.None) is { } file)
            await file.Body.CopyToAsync(Stream.Null);
    }

    private static void ReadPpm(byte[] pictures)
    {
        using var stream = new MemoryStream(pictures);
        while (PpmStream.ReadAsync(stream, CancellationToken.None).GetAwaiter().GetResult() is { } picture)
            picture.Dispose();
    }

    // What is computed with these would be nonsense.
    private static void Check(VideoInfo info)
    {
        if (
            info.Width <= 0
            || info.Height <= 0
            || !info.FrameTimesSeconds.All(double.IsFinite)
            || !double.IsFinite(info.StartSeconds)
            || !double.IsFinite(info.BitsPerSecond)
            || !double.IsFinite(info.PixelAspect)
        )
            throw new InvalidOperationException("A description of numbers that are none was accepted.");
    }
}
