using System.Runtime.InteropServices;
using Argus.Datasets;
using Argus.Faces;
using Argus.Recipes;
using Argus.Sound;
using Argus.Specialists;
using Argus.Stores;
using Argus.Video;
using Argus.Views;
using OpenCvSharp;

namespace Argus.Detection;

/// <summary>A clip of one face for one specialist, ready for its views.</summary>
internal sealed record FootageClip(double FromSeconds, double ToSeconds, ClipInput Input);

/// <summary>A face, or the whole picture, with the clips of each specialist; a specialist without any abstains, with the reason.</summary>
internal sealed record FootageSubject(
    int Number,
    bool Whole,
    double FromSeconds,
    double ToSeconds,
    IReadOnlyDictionary<string, IReadOnlyList<FootageClip>> Clips,
    IReadOnlyDictionary<string, string> Abstained
);

/// <summary>
/// What several specialists want to see of a video, from one decoding: each the clips that its recipe names, cut and scaled as
/// <see cref="VideoPreparation"/> stores them for training.
/// </summary>
internal sealed class Footage : IDisposable
{
    private Footage(VideoInfo info, IReadOnlyList<FootageSubject> subjects) => (Info, Subjects) = (info, subjects);

    public VideoInfo Info { get; }
    public IReadOnlyList<FootageSubject> Subjects { get; }

    /// <param name="recipes">By the specialists' names.</param>
    /// <param name="progress">Told the share of the frames that were read.</param>
    /// <exception cref="UnreadableVideoException">It is no video, or nobody finds anything to look at in it.</exception>
    public static async Task<Footage> ReadAsync(
        string path,
        IReadOnlyDictionary<string, Recipe> recipes,
        string? faceModel,
        Action<double> progress,
        CancellationToken cancel
    )
    {
        using var picture = StillPicture.Read(path);
        var info = picture is null ? await VideoProbe.ReadAsync(path, cancel) : StillPicture.Describe(picture);
        var (plans, abstained) = (new Dictionary<string, ClipPlan>(), new Dictionary<string, string>());
        foreach (var (name, recipe) in recipes)
        {
            try
            {
                plans[name] = ClipPlan.Choose(
                    info.FrameTimesSeconds,
                    recipe.Data.EvalFrames,
                    recipe.Data.ClipFrames,
                    recipe.Data.ClipRate,
                    recipe.Data.FrameRange[0],
                    recipe.Data.FrameRange[1]
                );
            }
            catch (UnreadableVideoException error)
            {
                abstained[name] = error.Message;
            }
        }
        if (plans.Count == 0)
            throw new UnreadableVideoException(abstained.Values.First());
        return await new Reader(path, picture, info, recipes, plans, abstained).RunAsync(faceModel, progress, cancel);
    }

    public void Dispose()
    {
        foreach (var clip in Subjects.SelectMany(subject => subject.Clips.Values).SelectMany(clips => clips))
            clip.Input.Dispose();
    }

    private sealed class Reader(
        string path,
        Mat? picture,
        VideoInfo info,
        IReadOnlyDictionary<string, Recipe> recipes,
        IReadOnlyDictionary<string, ClipPlan> plans,
        IReadOnlyDictionary<string, string> abstained
    )
    {
        private readonly List<string> ofFaces = [.. plans.Keys.Where(name => recipes[name].Data.Crop == "face")],
            ofPictures = [.. plans.Keys.Where(name => recipes[name].Data.Crop != "face")];
        private readonly Dictionary<int, Mat> pictures = [];
        private ReadOnlyMemory<float> sound;
        private List<double>? speech;

        public async Task<Footage> RunAsync(string? faceModel, Action<double> progress, CancellationToken cancel)
        {
            if (ofFaces.Count > 0 && faceModel is null)
                throw new RequestException(
                    "These models look at faces and need the face detector. Fetch it once: argus models pull yunet (or --from FILE)."
                );
            if (ofFaces.Select(name => recipes[name].Data.FaceMargin).Distinct().Count() > 1)
                throw new RequestException(
                    "These models cut faces with different margins (data.face_margin); put them into folders of their own."
                );
            var joined = ofFaces.Count > 0 ? ClipPlan.Join(ofFaces.Select(name => plans[name])) : null;
            using var detector = joined is null ? null : new FaceDetector(faceModel!);
            using var cutter = joined is null
                ? null
                : new FaceCutter(detector!, recipes[ofFaces[0]].Data.FaceMargin, joined, info.FrameTimesSeconds);
            try
            {
                await DecodeAsync(joined, cutter, progress, cancel);
                var subjects = new List<FootageSubject>();
                if (cutter is not null)
                    subjects.AddRange(Faces(cutter.Finish()));
                if (ofPictures.Count > 0)
                    subjects.Add(WholePicture(subjects.Count));
                return subjects.Count > 0
                    ? new Footage(info, subjects)
                    : throw new UnreadableVideoException($"no face was found in {joined!.Frames.Count} frames");
            }
            finally
            {
                foreach (var picture in pictures.Values)
                    picture.Dispose();
            }
        }

        private async Task DecodeAsync(
            ClipPlan? faces,
            FaceCutter? cutter,
            Action<double> progress,
            CancellationToken cancel
        )
        {
            var whole = ofPictures.SelectMany(name => plans[name].Frames).ToHashSet();
            var looks = faces is null ? [] : FaceCutter.Looks(faces, info.FrameTimesSeconds).ToHashSet();
            List<int> wanted = [.. whole.Union(looks).Order()];
            var read = 0;
            void Use(int index, Mat frame)
            {
                progress((double)++read / wanted.Count);
                if (whole.Contains(index))
                    pictures[index] = looks.Contains(index) ? frame.Clone() : frame;
                if (looks.Contains(index))
                    cutter!.Add(index, frame);
            }
            if (picture is not null)
            {
                Use(0, picture.Clone());
                return;
            }
            var soundFile = Path.Combine(Path.GetTempPath(), $"argus-sound-{Guid.NewGuid():n}");
            try
            {
                await FrameReader.ReadAsync(path, info, wanted, soundFile, Use, cancel);
                if (!File.Exists(soundFile))
                    return;
                var samples = MemoryMarshal.Cast<byte, short>(await File.ReadAllBytesAsync(soundFile, cancel));
                if (samples.Length == 0)
                    return;
                speech = [.. VoiceActivity.Speech(samples, FrameReader.SampleRateHz)];
                sound = Array.ConvertAll(samples.ToArray(), sample => sample / 32768f);
            }
            catch (Exception error) when (error is EndOfStreamException or FormatException or OpenCVException)
            {
                throw new UnreadableVideoException($"its pictures could not be read: {error.Message}");
            }
            finally
            {
                File.Delete(soundFile);
            }
        }

        private IEnumerable<FootageSubject> Faces(IReadOnlyList<CutTrack> tracks)
        {
            foreach (var track in tracks)
            {
                var first = 0;
                var (clips, reasons) = (
                    new Dictionary<string, IReadOnlyList<FootageClip>>(),
                    new Dictionary<string, string>(abstained)
                );
                foreach (var name in ofFaces)
                {
                    var (from, to) = (first, first + plans[name].Clips.Count);
                    var whole = track
                        .Crops.Where(crop => crop.Clip >= from && crop.Clip < to)
                        .GroupBy(crop => crop.Clip)
                        .Where(clip => clip.Count() == recipes[name].Data.ClipFrames)
                        .ToList();
                    var suitable = whole.Select(clip => Clip(name, [.. clip.OrderBy(crop => crop.Place)])).ToList();
                    clips[name] = [.. suitable.Where(clip => clip.Reason is null).Select(clip => clip.Clip!)];
                    if (clips[name].Count == 0)
                        reasons[name] =
                            suitable.Count == 0
                                ? $"the face does not stay for a clip of {recipes[name].Data.ClipFrames} frames"
                                : suitable[0].Reason!;
                    first = to;
                }
                foreach (var crop in track.Crops)
                    crop.Picture.Dispose();
                yield return new FootageSubject(
                    track.Track.Number,
                    false,
                    Math.Max(0, track.Track.Seen[0].Time),
                    track.Track.Last.Time,
                    clips,
                    reasons
                );
            }
        }

        private (FootageClip? Clip, string? Reason) Clip(string name, IReadOnlyList<FaceCrop> crops)
        {
            var (recipe, row) = (recipes[name], new StoreRow { Track = 0, Speech = speech });
            var frames = crops
                .Select(crop => new StoreFrame
                {
                    TimeSeconds = info.FrameTimesSeconds[crop.SourceFrame],
                    Width = crop.Square.Width,
                })
                .ToList();
            if (Suitability.Reason(recipe, new StoredClip(new StoredVideo(Item, row, ""), 0, frames)) is { } reason)
                return (null, reason);
            var cut = crops
                .Select(crop =>
                    (
                        Picture: crop.Limited(
                            recipe.Data.LargestCrop > 0 ? recipe.Data.LargestCrop : null,
                            out var landmarks
                        ),
                        Landmarks: landmarks
                    )
                )
                .ToList();
            return (
                Made(
                    recipe,
                    [.. cut.Select(one => one.Picture)],
                    [
                        .. cut.Select(one =>
                            one.Landmarks.Chunk(2).Select(point => new Point2f(point[0], point[1])).ToArray()
                        ),
                    ],
                    [.. crops.Select(crop => info.Coded(crop.Square))],
                    [.. frames.Select(frame => frame.TimeSeconds)]
                ),
                null
            );
        }

        private FootageSubject WholePicture(int number)
        {
            var reasons = new Dictionary<string, string>(abstained);
            foreach (
                var name in ofPictures.Where(name =>
                    2 * Math.Min(info.Width, info.Height) < recipes[name].Model.ImageSize
                )
            )
                reasons[name] = $"the picture is {info.Width}x{info.Height}, less than half of what it looks at";
            var clips = ofPictures
                .Where(name => !reasons.ContainsKey(name))
                .ToDictionary(
                    name => name,
                    name =>
                        (IReadOnlyList<FootageClip>)
                            [
                                .. plans[name]
                                    .Clips.Select(clip =>
                                    {
                                        var preprocessing = new Imaging.Preprocessing(
                                            Imaging.RecipeInput.From(recipes[name])
                                        );
                                        return Made(
                                            recipes[name],
                                            [.. clip.Select(index => preprocessing.BeforeStoring(pictures[index]))],
                                            [.. clip.Select(_ => Array.Empty<Point2f>())],
                                            [.. clip.Select(_ => default(Point))],
                                            [.. clip.Select(index => info.FrameTimesSeconds[index])]
                                        );
                                    }),
                            ]
                );
            return new FootageSubject(number, true, 0, info.DurationSeconds, clips, reasons);
        }

        private FootageClip Made(
            Recipe recipe,
            List<Mat> native,
            List<Point2f[]> landmarks,
            List<Point> grid,
            List<double> times
        ) => new(times[0], times[^1], new ClipInput(native, [], landmarks, grid, times, sound));

        private VideoItem Item => new("", "", "", path, 0, "", [], Split.Test, "", null, null, null);
    }
}
