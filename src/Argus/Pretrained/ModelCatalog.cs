namespace Argus.Pretrained;

/// <summary>A file that others made and Argus needs: where it officially comes from and how it is recognised.</summary>
/// <param name="Hashes">
/// Accepted SHA-256 hashes, or their first 8 digits where the publisher pins only those (in the file's name, as
/// torch.hub checks it).
/// </param>
/// <param name="Address">Where it officially comes from.</param>
/// <param name="Name">On the command line.</param>
/// <param name="FileName">Its name in the cache.</param>
/// <param name="What">For people.</param>
/// <param name="License">As its publisher states it.</param>
public sealed record PretrainedModel(
    string Name,
    string What,
    string License,
    string FileName,
    Uri Address,
    IReadOnlyList<string> Hashes
)
{
    /// <summary>The NuGet package that holds it; null where the address is the file's own.</summary>
    public PackagedFile? Package { get; init; }

    /// <summary>Where it is kept once it was fetched.</summary>
    public string Path => System.IO.Path.Combine(ArgusCache.Folder, "models", FileName);

    /// <summary>The file: what came with the program, else what was fetched; null where it is not here.</summary>
    public string? Found
    {
        get
        {
            // Where the cache is, is only asked when it matters: finding it may make its folder.
            var shipped = System.IO.Path.Combine(ModelCatalog.Shipped, FileName);
            return File.Exists(shipped) ? shipped
                : File.Exists(Path) ? Path
                : null;
        }
    }

    /// <summary>Whether the file is here.</summary>
    public bool IsThere => Found is not null;
}

/// <summary>A file within a NuGet package.</summary>
/// <param name="Id">Name of the package.</param>
/// <param name="Version">Its version, pinned.</param>
/// <param name="Path">Within the package, with forward slashes.</param>
public sealed record PackagedFile(string Id, string Version, string Path);

/// <summary>The table of files for <c>argus models</c>.</summary>
public static class ModelCatalog
{
    /// <summary>The face detector's file; null where it is not here.</summary>
    public static string? FaceDetector => Find("yunet").Found;

    /// <summary>
    /// The models folder that comes with Argus, <c>models/starter</c>; null where it is not beside the program.
    /// </summary>
    public static string? Starter =>
        Path.Combine(Shipped, "starter") is var folder && Directory.Exists(folder) ? folder : null;

    internal static string Shipped => Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>All rows.</summary>
    public static IReadOnlyList<PretrainedModel> All { get; } =
    [
        new(
            "yunet",
            "face detector YuNet (OpenCV Zoo)",
            "MIT",
            "face_detection_yunet_2023mar.onnx",
            new Uri(
                "https://media.githubusercontent.com/media/opencv/opencv_zoo/main/"
                    + "models/face_detection_yunet/face_detection_yunet_2023mar.onnx"
            ),
            ["8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"]
        ),
        // torchvision republished its weights with the hash of the zip format; the older files hold the same numbers.
        EfficientNet("b0", "rwightman-7f5810bc", "7f5810bc", "3dd342df"),
        EfficientNet("b1", "rwightman-bac287d4", "bac287d4", "533bc792"),
        EfficientNet("b2", "rwightman-c35c1473", "c35c1473", "bcdf34b7"),
        EfficientNet("b3", "rwightman-b3899882", "b3899882", "cf984f9c"),
        EfficientNet(
            "b4",
            "rwightman-23ab8bcd",
            "23ab8bcd5bdbef61a7a43b91adcad81f622fd7f36fb4935a569828d77888c44e",
            "7eb33cd5"
        ),
        EfficientNet("b5", "lukemelas-1a07897c", "1a07897c", "b6417697"),
        EfficientNet("b6", "lukemelas-24a108a5", "24a108a5", "c76e70fd"),
        EfficientNet("b7", "lukemelas-c5b4e57e", "c5b4e57e", "dcc49843"),
        ResNet(18, "f37072fd"),
        ResNet(34, "b627a593"),
        ResNet(50, "0676ba61"),
        new(
            "resnet18_dnn",
            "ResNet with 2, 2, 2, 3 blocks, ImageNet-1k (ML.NET's image featurizer)",
            "MIT",
            "resnet18_dnn.onnx",
            new Uri("https://www.nuget.org/packages/Microsoft.ML.DnnImageFeaturizer.ResNet18/0.23.1"),
            ["e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f"]
        )
        {
            Package = new(
                "Microsoft.ML.DnnImageFeaturizer.ResNet18",
                "0.23.1",
                "tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx"
            ),
        },
    ];

    /// <exception cref="RequestException">No such model.</exception>
    public static PretrainedModel Find(string name) =>
        All.FirstOrDefault(model => model.Name == name)
        ?? throw new RequestException(
            $"There is no model '{name}'. Choose {Suggestions.OneOf(name, [.. All.Select(m => m.Name)])}."
        );

    private static PretrainedModel EfficientNet(string variant, string suffix, params string[] hashes) =>
        new(
            $"efficientnet_{variant}",
            $"EfficientNet-{variant.ToUpperInvariant()}, ImageNet-1k (torchvision)",
            "BSD-3-Clause",
            $"efficientnet_{variant}.pth",
            new Uri($"https://download.pytorch.org/models/efficientnet_{variant}_{suffix}.pth"),
            hashes
        );

    private static PretrainedModel ResNet(int layers, string hash) =>
        new(
            $"resnet{layers}",
            $"ResNet-{layers}, ImageNet-1k (torchvision)",
            "BSD-3-Clause",
            $"resnet{layers}.pth",
            new Uri($"https://download.pytorch.org/models/resnet{layers}-{hash}.pth"),
            [hash]
        );
}
