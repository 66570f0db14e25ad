using System.IO.Compression;
using System.Text;
using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Data.Stores;
using Argus.Detection;
using Argus.Recipes;
using Argus.Scores;
using Argus.Training.Checkpoints;
using Argus.Training.Recipes;
using Argus.Video;
using Argus.Web.Http;
using Argus.Web.Queue;
using Microsoft.AspNetCore.Http;
using OpenCvSharp;
using TorchSharp;

namespace Argus.Benchmarks.Fuzzing;

/// <summary>Every reader of foreign bytes, with good inputs of small size.</summary>
internal static class FuzzTargets
{
    /// <param name="folder">For files; the caller deletes it.</param>
    public static async Task<IReadOnlyList<FuzzTarget>> CreateAsync(string folder)
    {
        var recipe = RecipeLibrary.Default.Load(RecipeLibrary.Default.Find("rr/1"), "smoke", []);
        return
        [
            new FuzzTarget("pickle", [StateDictPickle], input => new PickleReader(input).Read()),
            FuzzTarget.OfFile("pth", [TorchZip()], Path.Combine(folder, "a.pth"), file => Free(WeightsFile.Read(file))),
            FuzzTarget.OfFile(
                "safetensors",
                [SafeTensorsFile(folder)],
                Path.Combine(folder, "a.safetensors"),
                file => Free(SafeTensors.Read(file))
            ),
            FuzzTarget.OfFile(
                "checkpoint state",
                [Utf8("""{"epoch":1,"step":2,"global_step":34,"best_auc":0.9,"sums":{"loss":1.5,"real":3}}""")],
                Path.Combine(folder, "checkpoint", Checkpoint.StateFile),
                file => Checkpoint.ReadState(Path.GetDirectoryName(file)!)
            ),
            new FuzzTarget("model recipe", [Utf8(RecipeJson.Write(recipe.Recipe))], ReadText(RecipeJson.Read)),
            new FuzzTarget("calibration", [CalibrationFile(folder)], ReadText(Calibration.Parse)),
            FuzzTarget.OfFile(
                "council",
                [Utf8("""{"members":[{"name":"rr","weight":1,"temperature":1.5}],"bias":0,"forged":1,"real":-1}""")],
                Path.Combine(folder, "models", Council.FileName),
                file => Council.Read(Path.GetDirectoryName(file)!)
            ),
            FuzzTarget.OfFile(
                "store index",
                [await IndexAsync(Path.Combine(folder, "index"))],
                Path.Combine(folder, "a.parquet"),
                file => StoreIndex.ReadFileAsync<StoreRow>(file).ToListAsync().AsTask().GetAwaiter().GetResult()
            ),
            FuzzTarget.OfFile(
                "recipe",
                [Utf8(recipe.ToYaml()), await File.ReadAllBytesAsync(BaseRecipe)],
                Path.Combine(folder, "recipe.yaml"),
                file => RecipeLibrary.ReadMerged(file)
            ),
            new FuzzTarget("earlier recipe", [Utf8(recipe.ToYaml())], ReadText(RecipeText.Read)),
            FuzzTarget.OfFile(
                "predictions",
                [Utf8(PredictionsText)],
                Path.Combine(folder, "predictions.csv"),
                file => PredictionTable.Read(file)
            ),
            FuzzTarget.OfFile(
                "metadata.json",
                [Utf8("""{"a.mp4":{"label":"FAKE","split":"train","original":"b.mp4"},"b.mp4":{"label":"REAL"}}""")],
                Path.Combine(AddVideos(Path.Combine(folder, "dfdc", "dfdc_train_part_0")), "metadata.json"),
                file => DatasetLayout.Find("dfdc").Read(Path.Combine(folder, "dfdc"), new DatasetOptions())
            ),
            FuzzTarget.OfFile("picture", Pictures(), Path.Combine(folder, "picture"), ReadPicture),
            new FuzzTarget("upload", [Utf8(UploadText)], ReadUpload) { IsRefusal = IsUploadRefusal },
            new FuzzTarget("file signature", Pictures(), input => FileSignature.IsVideoOrPicture(input)),
            new FuzzTarget("ffprobe's JSON", [Utf8(ProbeText)], input => VideoProbe.Parse(input, null)),
            new FuzzTarget(
                "ffmpeg's log",
                [Utf8(LogText)],
                input => DecodedFrames.Parse(Encoding.UTF8.GetString(input))
            ),
        ];
    }

    private static string BaseRecipe => Path.Combine(AppContext.BaseDirectory, "recipes", "base.yaml");

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static Action<byte[]> ReadText<T>(Func<string, string, T> read) =>
        input => read(Encoding.UTF8.GetString(input), "input");

    private static void Free(Dictionary<string, torch.Tensor> tensors)
    {
        foreach (var tensor in tensors.Values)
            tensor.Dispose();
    }

    private static void ReadPicture(string file)
    {
        using var picture = StillPicture.Read(file);
    }

    // {"weight": _rebuild_tensor_v2(("storage", FloatStorage, "0", "cpu", 4), 0, (2, 2), (2, 1), False, {})}
    private static byte[] StateDictPickle =>
        [
            .. "\u0002}q\0(X\u0006\0\0\0weightctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\n"u8
                .ToArray()
                .Prepend((byte)0x80),
            .. "FloatStorage\nX\u0001\0\0\00X\u0003\0\0\0cpuK\u0004tQK\0K\u0002K\u0002"u8,
            0x86,
            .. "K\u0002K\u0001"u8,
            0x86,
            0x89,
            .. "}tRu."u8,
        ];

    private static byte[] TorchZip()
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("archive/data.pkl", StateDictPickle);
            Add("archive/byteorder", Utf8("little"));
            Add("archive/data/0", new byte[16]);
            Add("archive/version", Utf8("3\n"));

            void Add(string name, byte[] content)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }

    private static byte[] SafeTensorsFile(string folder)
    {
        var file = Path.Combine(folder, "good.safetensors");
        using var weight = torch.arange(6, torch.float32).reshape(2, 3);
        using var count = torch.tensor(3L);
        SafeTensors.Write(file, [("weight", weight), ("count", count)]);
        return File.ReadAllBytes(file);
    }

    private static byte[] CalibrationFile(string folder)
    {
        var videos = Enumerable
            .Range(0, 12)
            .Select(i => new LabelledClips(i % 2, [ClipScore.FromLogit(0, 0, i % 2 - 0.7 + 0.1 * i)]))
            .ToList();
        Calibration.Fit(videos, "validation videos").Write(folder);
        return File.ReadAllBytes(Path.Combine(folder, Calibration.FileName));
    }

    private static async Task<byte[]> IndexAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var row = new StoreRow
        {
            Key = "dfdc/part/a",
            Split = "Train",
            Shard = "000000.tar",
            Frames =
            [
                new StoreFrame
                {
                    Width = 8,
                    Height = 8,
                    Landmarks = [1, 2, 3, 4],
                },
            ],
            Speech = [0, 1],
        };
        await StoreIndex.WritePartAsync(folder, row.Shard, [row]);
        await StoreIndex.MergeAsync(folder, _ => true);
        return await File.ReadAllBytesAsync(StoreIndex.File(folder));
    }

    private static string AddVideos(string part)
    {
        Directory.CreateDirectory(part);
        foreach (var name in new[] { "a.mp4", "b.mp4" })
            File.WriteAllText(Path.Combine(part, name), "");
        return part;
    }

    private static List<byte[]> Pictures()
    {
        using var picture = new Mat(16, 16, MatType.CV_8UC3, OpenCvSharp.Scalar.All(120));
        return [.. new[] { ".png", ".jpg", ".webp", ".bmp" }.Select(ending => picture.ToBytes(ending))];
    }

    private static void ReadUpload(byte[] input)
    {
        var request = new DefaultHttpContext().Request;
        request.ContentType = "multipart/form-data; boundary=edge";
        request.Body = new MemoryStream(input);
        ReadAsync().GetAwaiter().GetResult();

        async Task ReadAsync()
        {
            var form = UploadFormReader.Create(request);
            while (await form.ReadNextFileAsync(CancellationToken.None) is { } file)
                await file.Body.CopyToAsync(Stream.Null);
        }
    }

    // What the endpoint turns into an answer of 400.
    private static bool IsUploadRefusal(Exception error) =>
        error is RefusedUploadException or InvalidDataException || UploadFormReader.IsTruncation(error);

    private const string UploadText =
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a %22b%22.mp4\"\r\n"
        + "Content-Type: video/mp4\r\n\r\nbytes\r\n--edge\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nx\r\n"
        + "--edge--\r\n";

    private const string PredictionsText = """
        dataset,method,id,label,clip,time,logit
        ffpp,Deepfakes,000_003,1,0,0.5,1.25
        ffpp,original,000,0,0,0.5,-0.25
        ffpp,original,"0,01",0,1,1.5,-2
        """;

    private const string ProbeText = """
        {"packets":[{"stream_index":0,"pts_time":"0.000000","dts_time":"-0.040000","size":"100","flags":"K_"},
        {"stream_index":0,"pts_time":"0.040000","dts_time":"0.000000","size":"10","flags":"__"},
        {"stream_index":1,"pts_time":"0.000000","size":"10","flags":"K_"}],
        "streams":[{"index":0,"codec_name":"h264","codec_type":"video","width":64,"height":48,"pix_fmt":"yuv420p",
        "sample_aspect_ratio":"4:3","field_order":"tt","color_transfer":"smpte2084","avg_frame_rate":"25/1",
        "nb_frames":"2","disposition":{"default":1,"attached_pic":0},"tags":{"encoder":"x"},
        "side_data_list":[{"rotation":-90}]},
        {"index":1,"codec_name":"aac","codec_type":"audio","sample_rate":"48000","channels":2}],
        "format":{"format_name":"mov,mp4","duration":"0.080000","tags":{"encoder":"Lavf"}}}
        """;

    private const string LogText =
        "[Parsed_metadata_3 @ 0x5] [info] frame:0    pts:40000   pts_time:0.04\n"
        + "[Parsed_metadata_3 @ 0x5] [info] lavfi.scd.mafd=0.000\n"
        + "[Parsed_metadata_3 @ 0x5] [info] frame:1    pts:80000   pts_time:0.08\n"
        + "[Parsed_metadata_3 @ 0x5] [info] lavfi.scd.mafd=12.500\n";
}
