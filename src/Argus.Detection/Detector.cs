using Argus.Metrics;
using Argus.Pretrained;
using Argus.Provenance;
using Argus.Scores;
using Argus.Video;
using Argus.Views;
using OpenCvSharp;

namespace Argus.Detection;

/// <summary>
/// Answers whether a video is forged: <c>using var detector = await Detector.LoadAsync(); var analysis = await
/// detector.AnalyzeAsync("clip.mp4");</c> Safe for use by several threads at once.
/// </summary>
public sealed class Detector : IDisposable
{
    private const int FramesAtOnce = 8;
    private const int Moments = 3;
    private const int Rounds = 500;
    private const int LargestPicture = 320;
    private const int JpegQuality = 88;

    /// <summary>Progress at which the video is read and its faces are followed; the rest is judging.</summary>
    public const double ReadingShare = 0.3; // of the time, roughly

    private readonly ModelsFolder models;
    private readonly ModelsRecord record;
    private readonly string? faceModel;

    private Detector(ModelsFolder models, ModelsRecord record, string? faceModel)
    {
        this.models = models;
        this.record = record;
        this.faceModel = faceModel;
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
    public static async Task<Detector> LoadAsync(
        string? modelsFolder = null,
        string? faceModel = null,
        int threads = 0,
        CancellationToken cancel = default
    )
    {
        var folder =
            modelsFolder
            ?? ModelCatalog.Starter
            ?? throw new RequestException(
                "No models folder was named, and the starter (models/starter) is not beside the program. Name a folder "
                    + "that 'argus export' made, or reference the package Argus.Models.Starter."
            );
        var models = await ModelsFolder.LoadAsync(folder, threads, cancel);
        var manifest = await FileHash.Sha256Async(Path.Combine(folder, ModelsFolder.Manifest), cancel);
        return new(models, ModelsRecord.Create(models, manifest), faceModel ?? ModelCatalog.FaceDetector);
    }

    /// <summary>The council's members and the models behind them.</summary>
    public ModelsFolder Models => models;

    /// <summary>Looks at clips that are spread evenly over the video.</summary>
    /// <param name="progress">From 0 to 1.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="video">A video or picture file.</param>
    /// <exception cref="Video.UnreadableVideoException">
    /// It is no video, or there is nothing in it to judge; the message says what.
    /// </exception>
    public Task<Analysis> AnalyzeAsync(
        string video,
        IProgress<double>? progress = null,
        CancellationToken cancel = default
    ) => AnalyzeAsync(video, everyFrame: false, progress, cancel);

    /// <summary>
    /// Looks at all of the video, up to <see cref="Clips.ClipRequest.MostFrames"/> frames; of longer ones clips are
    /// spread evenly.
    /// </summary>
    /// <inheritdoc cref="AnalyzeAsync(string, IProgress{double}?, CancellationToken)"/>
    public Task<Analysis> AnalyzeEveryFrameAsync(
        string video,
        IProgress<double>? progress = null,
        CancellationToken cancel = default
    ) => AnalyzeAsync(video, everyFrame: true, progress, cancel);

    private async Task<Analysis> AnalyzeAsync(
        string video,
        bool everyFrame,
        IProgress<double>? progress,
        CancellationToken cancel
    )
    {
        var started = DateTimeOffset.UtcNow;
        using var read = await VideoSubjects.ReadAsync(
            video,
            models.Specialists.ToDictionary(entry => entry.Key, entry => entry.Value.Recipe),
            faceModel,
            everyFrame,
            share => progress?.Report(ReadingShare * share),
            cancel
        );
        var all = read.Subjects.Sum(subject => subject.Clips.Values.Sum(clips => clips.Count));
        var done = 0;
        var faces = new List<FaceAnalysis>();
        foreach (var subject in read.Subjects)
        {
            var scores = new Dictionary<string, List<double>>();
            var features = new Dictionary<string, List<float[]>>();
            foreach (var (name, clips) in subject.Clips.Where(entry => entry.Value.Count > 0))
            {
                scores[name] = [];
                features[name] = [];
                foreach (
                    var some in clips.Chunk(Math.Max(1, FramesAtOnce / models.Specialists[name].Recipe.Data.ClipFrames))
                )
                {
                    cancel.ThrowIfCancellationRequested();
                    // The runtime blocks for as long as a batch takes.
                    var (odds, told) = await Task.Run(
                        () => models.Specialists[name].Judge(Inputs(models.Specialists[name], [.. some])),
                        cancel
                    );
                    scores[name].AddRange(odds);
                    features[name].AddRange(told);
                    progress?.Report(ReadingShare + (1 - ReadingShare) * (done += some.Length) / all);
                }
            }
            faces.Add(
                await Task.Run(
                    () =>
                        Judge(subject, scores, models.Scope?.FindReasons(Measure(subject, read.Info, features)) ?? []),
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
            Program = ProgramRecord.Current,
            StartedAt = started,
            FinishedAt = DateTimeOffset.UtcNow,
            EveryFrame = everyFrame,
        };
    }

    private static FaceAnalysis? Worst(IEnumerable<FaceAnalysis> faces) =>
        faces.Where(face => face.Probability is not null).MaxBy(face => face.Probability);

    private ScopeMeasurement Measure(Subject subject, VideoInfo info, Dictionary<string, List<float[]>> features)
    {
        var clips = subject.Clips.Values.MaxBy(clips => clips.Count) ?? [];
        double? Middle(Func<ClipInput, double> of) =>
            clips.Count == 0 || subject.Whole ? null : Median.Compute(clips.Select(clip => of(clip.Input)));
        return new ScopeMeasurement(
            subject.FaceWidthPixels,
            Middle(clip => PictureMeasures.Sharpness(clip.Native[0])),
            Middle(clip => PictureMeasures.Blockiness(clip.Native[0], clip.Grid[0])),
            models.Specialists.Values.Any(model => model.Recipe.Data.ClipFrames > 1) ? info.FramesPerSecond : null,
            features
                .Where(entry => entry.Value.Count > 0)
                .ToDictionary(
                    entry => entry.Key,
                    entry =>
                        Enumerable
                            .Range(0, entry.Value[0].Length)
                            .Select(c => entry.Value.Average(of => of[c]))
                            .ToArray()
                )
        );
    }

    private FaceAnalysis Judge(Subject subject, Dictionary<string, List<double>> scores, IReadOnlyList<string> outside)
    {
        var clips = scores.ToDictionary(
            entry => entry.Key,
            entry =>
                (IReadOnlyList<ClipScore>)
                    [
                        .. entry.Value.Select(
                            (logit, i) => ClipScore.FromLogit(i, subject.Clips[entry.Key][i].FromSeconds, logit)
                        ),
                    ]
        );
        var whole = clips.ToDictionary(entry => entry.Key, entry => Judges[entry.Key].Aggregate(entry.Value));
        // Clips are drawn anew, each specialist's among its own.
        var random = KeyedRandom.Create("clips", subject.Number);
        var rounds = Enumerable
            .Range(0, Rounds)
            .Select(_ =>
                clips.ToDictionary(
                    entry => entry.Key,
                    entry => Judges[entry.Key].Aggregate([.. entry.Value.Select(_ => random.Pick(entry.Value))])
                )
            )
            .ToList();
        Interval? Of(IEnumerable<double> logits, bool several) =>
            several ? Interval.Compute(logits.Select(Odds.ToProbability)) : null;
        var fused = models.Council.Fuse(whole);

        var specialists = models
            .Council.Members.Select(member =>
            {
                var count = clips.GetValueOrDefault(member.Name)?.Count ?? 0;
                return new SpecialistAnalysis(
                    member.Name,
                    models.Specialists[member.Name].LooksFor,
                    whole.TryGetValue(member.Name, out var logit)
                        ? Odds.ToProbability(logit / member.Temperature)
                        : null,
                    count == 0 ? null : Of(rounds.Select(round => round[member.Name] / member.Temperature), count > 1),
                    count,
                    count == 0
                        ? subject.Abstained.GetValueOrDefault(member.Name, "it looks at another part of the video")
                        : null,
                    member.Weight
                );
            })
            .ToList();
        var points = (
            from member in models.Council.Members
            where clips.ContainsKey(member.Name)
            from place in Enumerable.Range(0, clips[member.Name].Count)
            let clip = subject.Clips[member.Name][place]
            select (Member: member, Clip: clip, Logit: clips[member.Name][place].Logit / member.Temperature)
        ).ToList();
        return new FaceAnalysis(
            subject.Number,
            subject.Whole,
            subject.FromSeconds,
            subject.ToSeconds,
            fused is { } odds ? Odds.ToProbability(odds) : null,
            fused is null
                ? null
                : Of(
                    rounds.Select(round => models.Council.Fuse(round)!.Value),
                    clips.Values.Any(list => list.Count > 1)
                ),
            outside.Count > 0 ? Verdict.OutsideScope : models.Council.Decide(fused),
            specialists,
            [
                .. points
                    .OrderBy(point => point.Clip.FromSeconds)
                    .Select(point => new TimelinePoint(
                        point.Clip.FromSeconds,
                        point.Clip.ToSeconds,
                        point.Member.Name,
                        Odds.ToProbability(point.Logit)
                    )
                    {
                        Frames = point.Clip.Frames,
                    }),
            ],
            [
                .. points
                    .OrderByDescending(point => point.Member.Weight * point.Logit)
                    .Take(Moments)
                    .Select(point => MomentOf(point.Member, point.Clip, point.Logit)),
            ]
        )
        {
            OutsideScope = outside,
            LikelihoodRatio =
                fused is { } score && outside.Count == 0 ? models.Council.LikelihoodRatio?.Evaluate(score) : null,
        };
    }

    // How each specialist's clips become one score, as its calibration chose.
    private IReadOnlyDictionary<string, Aggregation> Judges =>
        judges ??= models.Specialists.ToDictionary(
            entry => entry.Key,
            entry => entry.Value.Calibration is { } known ? Aggregation.Find(known.Aggregation) : Aggregation.MeanLogit
        );
    private Dictionary<string, Aggregation>? judges;

    private Moment MomentOf(CouncilMember member, SubjectClip clip, double logit)
    {
        var heatmap = models
            .Specialists[member.Name]
            .OcclusionSensitivity(Inputs(models.Specialists[member.Name], [clip]))[0];
        var middle = clip.Input.Native[clip.Input.Native.Count / 2];
        using var picture = new Mat();
        var scale = Math.Min(1, (double)LargestPicture / Math.Max(middle.Width, middle.Height));
        Cv2.Resize(
            middle,
            picture,
            new Size(Math.Max(1, middle.Width * scale), Math.Max(1, middle.Height * scale)),
            0,
            0,
            InterpolationFlags.Area
        );
        return new Moment(
            (clip.FromSeconds + clip.ToSeconds) / 2,
            member.Name,
            Odds.ToProbability(logit),
            heatmap,
            picture.ToBytes(".jpg", [new ImageEncodingParam(ImwriteFlags.JpegQuality, JpegQuality)])
        );
    }

    // Channels last becomes channels first.
    private static Dictionary<string, float[]> Inputs(CouncilModel model, IReadOnlyList<SubjectClip> clips)
    {
        var length = model.Preprocessing.Length;
        var plane = model.Preprocessing.Length / 3;
        var inputs = model.Inputs.ToDictionary(name => name, _ => new float[clips.Count * model.ClipLength]);
        Parallel.For(
            0,
            clips.Count,
            i =>
            {
                var rows = model.Inputs.ToDictionary(name => name, _ => new float[model.ClipLength]);
                model.Preprocessing.ToInput(
                    clips[i].Input,
                    null,
                    (view, place) => rows[view].AsSpan(place * length, length)
                );
                foreach (var (name, values) in rows)
                {
                    for (var start = 0; start < values.Length; start += length)
                    {
                        var target = inputs[name].AsSpan(i * model.ClipLength + start, length);
                        for (var pixel = 0; pixel < plane; pixel++)
                        {
                            for (var channel = 0; channel < 3; channel++)
                                target[channel * plane + pixel] = values[start + 3 * pixel + channel];
                        }
                    }
                }
            }
        );
        return inputs;
    }

    /// <summary>Frees the models.</summary>
    public void Dispose() => models.Dispose();
}
