using System.Diagnostics;
using Argus.Pretrained;
using Argus.Provenance;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Argus.Detection;

/// <summary>
/// Answers whether a video is forged: <c>using var detector = await Detector.LoadAsync(); var analysis = await
/// detector.AnalyzeAsync("clip.mp4");</c> Safe for use by several threads at once.
/// </summary>
public sealed class Detector : IDetector, IDisposable
{
    /// <summary>Progress at which the video is read and its faces are followed; the rest is judging.</summary>
    public const double ReadingShare = 0.3; // of the time, roughly

    private readonly ModelsFolder models;
    private readonly ModelsRecord record;
    private readonly SubjectJudge judge;
    private readonly string? faceModel;
    private readonly string scratch;
    private readonly SemaphoreSlim room;
    private readonly ILogger log;
    private BegunReading? begun;

    private Detector(ModelsFolder models, ModelsRecord record, DetectionOptions options, ILogger log)
    {
        this.models = models;
        this.record = record;
        this.log = log;
        judge = new SubjectJudge(models);
        faceModel = options.FaceModel ?? ModelCatalog.FaceDetector;
        scratch = options.TemporaryFolder ?? Path.GetTempPath();
        room = new SemaphoreSlim(options.ConcurrentAnalyses > 0 ? options.ConcurrentAnalyses : int.MaxValue);
        var isStarter = ModelCatalog.Starter is { } starter && Path.GetFullPath(models.Path) == starter;
        Limits =
        [
            "faces that were altered or swapped are looked for; wholly generated pictures and cloned voices are not",
            models.Scope is not { } scope
                ? "the models do not say what they were tested on, so nothing is outside their scope"
                : $"the models{(isStarter ? " are the starter, a weak one (docs/starter.md): they" : "")} were made of "
                    + scope.Data,
        ];
    }

    /// <summary>What no answer covers, and what the models were made of, in words.</summary>
    public IReadOnlyList<string> Limits { get; }

    /// <summary>
    /// Why models run on the processor although the program was built for a GPU; null otherwise.
    /// </summary>
    public string? DeviceWarning => OnnxDevice.Warning;

    /// <summary>The council's members and the models behind them.</summary>
    public ModelsFolder Models => models;

    /// <param name="modelsFolder">
    /// What <c>argus export</c> made; null: the starter, in <c>models/starter</c> beside the program.
    /// </param>
    /// <param name="faceModel">
    /// YuNet's file; null: the starter's, or the one that <c>argus models pull yunet</c> fetched. Models of whole
    /// pictures need none.
    /// </param>
    /// <param name="threads">Processor cores for one call of a model; 0: all.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="RequestException">It is no models folder.</exception>
    /// <exception cref="ArgusException">A model is missing, changed or damaged.</exception>
    public static Task<Detector> LoadAsync(
        string? modelsFolder = null,
        string? faceModel = null,
        int threads = 0,
        CancellationToken cancel = default
    ) =>
        LoadAsync(
            new DetectionOptions
            {
                ModelsFolder = modelsFolder,
                FaceModel = faceModel,
                Threads = threads,
                ConcurrentAnalyses = 0,
            },
            null,
            cancel
        );

    /// <summary>Loads the models and checks that they are whole and compute what they did.</summary>
    /// <param name="options">Which models, and what an analysis may use.</param>
    /// <param name="log">Is told of models, analyses and failures; null for nobody.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="RequestException">It is no models folder.</exception>
    /// <exception cref="ArgusException">A model is missing, changed or damaged.</exception>
    public static async Task<Detector> LoadAsync(
        DetectionOptions options,
        ILogger<Detector>? log,
        CancellationToken cancel = default
    )
    {
        var started = Stopwatch.GetTimestamp();
        var folder =
            options.ModelsFolder
            ?? ModelCatalog.Starter
            ?? throw new RequestException(
                "No models folder was named, and the starter (models/starter) is not beside the program. Name a folder "
                    + "that 'argus export' made, or reference the package Argus.Models.Starter."
            );
        var models = await ModelsFolder.LoadAsync(folder, options.Threads, cancel);
        var manifest = await FileHash.Sha256Async(Path.Combine(folder, ModelsFolder.Manifest), cancel);
        var detector = new Detector(
            models,
            ModelsRecord.Create(models, manifest),
            options,
            log ?? NullLogger<Detector>.Instance
        );
        detector.log.ModelsLoaded(
            string.Join(", ", models.Specialists.Keys),
            folder,
            OnnxDevice.Name,
            Stopwatch.GetElapsedTime(started).TotalSeconds
        );
        if (detector.DeviceWarning is { } warning)
            detector.log.NoGpu(warning);
        return detector;
    }

    /// <summary>
    /// Loads the models for a program that wants to know of one video first: it is read meanwhile. What is wrong with
    /// it is said when it is analysed.
    /// </summary>
    internal static async Task<Detector> LoadWhileReadingAsync(
        DetectionOptions options,
        string video,
        bool everyFrame,
        CancellationToken cancel
    )
    {
        var folder = options.ModelsFolder ?? ModelCatalog.Starter;
        var recipes = folder is null ? null : ModelsFolder.PeekRecipes(folder);
        var begun = recipes is not null ? new BegunReading(video, everyFrame, recipes, Read) : null;
        try
        {
            var detector = await LoadAsync(options, null, cancel);
            detector.begun = begun;
            return detector;
        }
        catch
        {
            begun?.Drop();
            begun?.Dispose();
            throw;
        }

        Task<VideoSubjects> Read(CancellationToken stop) =>
            VideoSubjects.ReadAsync(
                video,
                recipes!,
                options.FaceModel ?? ModelCatalog.FaceDetector,
                options.TemporaryFolder ?? Path.GetTempPath(),
                everyFrame,
                _ => { },
                stop
            );
    }

    /// <inheritdoc/>
    public Task<Analysis> AnalyzeAsync(
        string video,
        IProgress<double>? progress = null,
        CancellationToken cancel = default
    ) => AnalyzeAsync(video, everyFrame: false, progress, cancel);

    /// <inheritdoc/>
    public Task<Analysis> AnalyzeEveryFrameAsync(
        string video,
        IProgress<double>? progress = null,
        CancellationToken cancel = default
    ) => AnalyzeAsync(video, everyFrame: true, progress, cancel);

    /// <inheritdoc/>
    public async Task<Analysis> AnalyzeAsync(
        Stream content,
        string name,
        IProgress<double>? progress = null,
        CancellationToken cancel = default
    )
    {
        // ffmpeg seeks, which no upload can.
        using var copy = await ScratchFile.CreateAsync(content, scratch, cancel);
        var analysis = await AnalyzeAsync(copy.Path, everyFrame: false, progress, cancel);
        return analysis with { Video = name };
    }

    private async Task<Analysis> AnalyzeAsync(
        string video,
        bool everyFrame,
        IProgress<double>? progress,
        CancellationToken cancel
    )
    {
        await room.WaitAsync(cancel);
        using var measured = MeasuredAnalysis.Begin();
        log.AnalysisStarted(video);
        try
        {
            var analysis = await ExamineAsync(video, everyFrame, progress, cancel);
            measured.Finish(analysis);
            log.AnalysisFinished(video, analysis.Verdict, analysis.Probability, measured.Elapsed.TotalSeconds);
            return analysis;
        }
        catch (Exception error)
        {
            measured.Fail(error);
            if (error is OperationCanceledException)
                log.AnalysisStopped(video);
            else
                log.AnalysisFailed(video, error.Message);
            throw;
        }
        finally
        {
            room.Release();
        }
    }

    private async Task<Analysis> ExamineAsync(
        string video,
        bool everyFrame,
        IProgress<double>? progress,
        CancellationToken cancel
    )
    {
        var started = DateTimeOffset.UtcNow;
        // Asking ffmpeg for its version takes a tenth of a second.
        var program = Task.Run(() => ProgramRecord.Current, cancel);
        using var read = await ReadAsync(video, everyFrame, progress, cancel);
        var all = read.Subjects.Sum(subject => subject.Clips.Values.Sum(clips => clips.Count));
        var done = 0;
        var faces = new List<FaceAnalysis>();
        foreach (var subject in read.Subjects)
        {
            using var span = DetectionTelemetry.Source.StartActivity("judge face");
            faces.Add(
                await judge.JudgeAsync(
                    subject,
                    read.Info,
                    clips => progress?.Report(ReadingShare + (1 - ReadingShare) * (done += clips) / all),
                    cancel
                )
            );
        }
        var worst = Worst(faces);
        // A bystander who is too small to judge takes nothing from what is said of the others.
        var inside = faces.Where(face => face.Verdict != Verdict.OutsideScope).ToList();
        var deciding = Worst(inside);
        return new Analysis(
            video,
            read.Info.DurationSeconds,
            worst?.Probability,
            worst?.Interval,
            inside.Count == 0 && faces.Count > 0 ? Verdict.OutsideScope : deciding?.Verdict ?? Verdict.Undecided,
            models.Council.Forged is not null,
            faces
        )
        {
            Remarks = read.Info.Remarks,
            Limits = Limits,
            LikelihoodRatio = deciding?.LikelihoodRatio,
            Evidence = EvidenceSentences.Create(models.Council, deciding, inside.Count),
            Input = await InputFile.CreateAsync(video, read.Info, cancel),
            Provenance = ProvenanceReader.Read(video),
            Coverage = Coverage.Create(read.Info.FrameCount, read.Info.DurationSeconds, faces),
            Models = record,
            Program = await program,
            StartedAt = started,
            FinishedAt = DateTimeOffset.UtcNow,
            EveryFrame = everyFrame,
        };
    }

    private async Task<VideoSubjects> ReadAsync(
        string video,
        bool everyFrame,
        IProgress<double>? progress,
        CancellationToken cancel
    )
    {
        using var span = DetectionTelemetry.Source.StartActivity("read video");
        var wanted = models.Specialists.ToDictionary(entry => entry.Key, entry => entry.Value.Recipe);
        using (var early = Interlocked.Exchange(ref begun, null))
        {
            if (early is not null && early.Fits(video, everyFrame, wanted))
                return await early.TakeAsync(cancel);
            early?.Drop();
        }
        return await VideoSubjects.ReadAsync(
            video,
            wanted,
            faceModel,
            scratch,
            everyFrame,
            share => progress?.Report(ReadingShare * share),
            cancel
        );
    }

    private static FaceAnalysis? Worst(IEnumerable<FaceAnalysis> faces) =>
        faces.Where(face => face.Probability is not null).MaxBy(face => face.Probability);

    /// <summary>Frees the models.</summary>
    public void Dispose()
    {
        begun?.Drop();
        begun?.Dispose();
        models.Dispose();
        room.Dispose();
    }
}
