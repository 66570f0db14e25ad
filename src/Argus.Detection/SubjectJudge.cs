using Argus.Metrics;
using Argus.Scores;
using Argus.Video;
using Argus.Views;
using OpenCvSharp;

namespace Argus.Detection;

/// <summary>Asks a council's members about one subject of a video, and fuses what they say.</summary>
/// <param name="models">The council. Judging may happen on several threads at once.</param>
internal sealed class SubjectJudge(ModelsFolder models)
{
    private const int FramesAtOnce = 8;
    private const int BatchesAhead = 1;
    private const int Moments = 3;
    private const int Rounds = 500;
    private const int LargestPicture = 320;
    private const int JpegQuality = 88;

    // How each specialist's clips become one score, as its calibration chose.
    private readonly Dictionary<string, Aggregation> judges = models.Specialists.ToDictionary(
        entry => entry.Key,
        entry => entry.Value.Calibration is { } known ? Aggregation.Find(known.Aggregation) : Aggregation.MeanLogit
    );

    /// <summary>What is found of a face, or of the whole picture.</summary>
    /// <param name="subject">The face with each member's clips.</param>
    /// <param name="info">The video's.</param>
    /// <param name="judged">Told of every clip that was judged, how many at once.</param>
    /// <param name="cancel">Stops between batches.</param>
    public async Task<FaceAnalysis> JudgeAsync(
        Subject subject,
        VideoInfo info,
        Action<int> judged,
        CancellationToken cancel
    )
    {
        var scores = new Dictionary<string, List<double>>();
        var features = new Dictionary<string, List<float[]>>();
        foreach (var name in subject.Clips.Where(entry => entry.Value.Count > 0).Select(entry => entry.Key))
        {
            scores[name] = [];
            features[name] = [];
        }
        var batches = scores.Keys.SelectMany(name =>
            subject
                .Clips[name]
                .Chunk(Math.Max(1, FramesAtOnce / models.Specialists[name].Recipe.Data.ClipFrames))
                .Select(clips => (Name: name, Clips: clips))
        );
        // Views of the next batch are computed while the runtime, which blocks, looks at this one: views alone would
        // leave a core idle.
        await foreach (
            var (name, inputs, count) in OrderedPrefetch.RunAsync(
                batches,
                (batch, _) =>
                    Task.FromResult(
                        (batch.Name, Inputs(models.Specialists[batch.Name], batch.Clips), batch.Clips.Length)
                    ),
                BatchesAhead,
                _ => { },
                cancel
            )
        )
        {
            cancel.ThrowIfCancellationRequested();
            var (odds, told) = await Task.Run(() => models.Specialists[name].Judge(inputs), cancel);
            scores[name].AddRange(odds);
            features[name].AddRange(told);
            judged(count);
        }
        return await Task.Run(
            () => Fuse(subject, scores, models.Scope?.FindReasons(Measure(subject, info, features)) ?? []),
            cancel
        );
    }

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

    private FaceAnalysis Fuse(Subject subject, Dictionary<string, List<double>> scores, IReadOnlyList<string> outside)
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
        var whole = clips.ToDictionary(entry => entry.Key, entry => judges[entry.Key].Aggregate(entry.Value));
        // Clips are drawn anew, each specialist's among its own.
        var random = KeyedRandom.Create("clips", subject.Number);
        var rounds = Enumerable
            .Range(0, Rounds)
            .Select(_ =>
                clips.ToDictionary(
                    entry => entry.Key,
                    entry => judges[entry.Key].Aggregate([.. entry.Value.Select(_ => random.Pick(entry.Value))])
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
    private static Dictionary<string, float[]> Inputs(CouncilModel model, SubjectClip[] clips)
    {
        var length = model.Preprocessing.Length;
        var plane = model.Preprocessing.Length / 3;
        var inputs = model.Inputs.ToDictionary(name => name, _ => new float[clips.Length * model.ClipLength]);
        Parallel.For(
            0,
            clips.Length,
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
}
