using Argus.Clips;
using Argus.Faces;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Video;
using Argus.Views;

namespace Argus.Detection;

/// <summary>A clip of one subject for one specialist, ready for its views.</summary>
internal sealed record SubjectClip(IReadOnlyList<JudgedFrame> Frames, ClipInput Input)
{
    public double FromSeconds => Frames[0].Seconds;

    public double ToSeconds => Frames[^1].Seconds;
}

/// <summary>
/// A face, or the whole picture, with the clips of each specialist by its name; a specialist without any abstains, with
/// the reason.
/// </summary>
internal sealed record Subject(
    int Number,
    bool Whole,
    double FromSeconds,
    double ToSeconds,
    IReadOnlyDictionary<string, IReadOnlyList<SubjectClip>> Clips,
    IReadOnlyDictionary<string, string> Abstained
)
{
    /// <summary>Mean width of the face's box in the native picture; null for the whole picture.</summary>
    public double? FaceWidthPixels { get; init; }
}

/// <summary>What several specialists want to see of a video, from one decoding.</summary>
internal sealed class VideoSubjects : IDisposable
{
    private readonly ClipReading reading;

    private VideoSubjects(ClipReading reading, IReadOnlyList<Subject> subjects)
    {
        this.reading = reading;
        Subjects = subjects;
    }

    public VideoInfo Info => reading.Info;

    public IReadOnlyList<Subject> Subjects { get; }

    /// <summary>Decodes the video and divides its clips among the specialists.</summary>
    /// <param name="path">A video or a picture.</param>
    /// <param name="recipes">By the specialists' names.</param>
    /// <param name="faceModel">The face detector's file; null where it is not there.</param>
    /// <param name="everyFrame">Look at all of the video instead of clips that are spread over it.</param>
    /// <param name="scratch">A folder for what ffmpeg writes while it reads; nothing stays there.</param>
    /// <param name="progress">Told the share of the frames that were read.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="UnreadableVideoException">It is no video, or there is nothing to look at in it.</exception>
    public static async Task<VideoSubjects> ReadAsync(
        string path,
        IReadOnlyDictionary<string, Recipe> recipes,
        string? faceModel,
        string scratch,
        bool everyFrame,
        Action<double> progress,
        CancellationToken cancel
    )
    {
        var names = recipes.Keys.ToList();
        var ofFaces = names.Where(name => recipes[name].Data.Crop == CropMode.Face).ToList();
        if (ofFaces.Count > 0 && faceModel is null)
            throw new RequestException(
                "These models look at faces and need the face detector. "
                    + "Fetch it once: argus models pull yunet (or --from FILE)."
            );
        using var detector = ofFaces.Count > 0 ? new FaceDetector(faceModel!) : null;
        var reader = new ClipReader(detector, scratch) { Progress = progress };
        var reading = await reader.ReadAsync(
            path,
            [.. names.Select(name => ClipRequest.Create(recipes[name]) with { EveryFrame = everyFrame })],
            cancel
        );
        try
        {
            var divided = new Division(reading, names, recipes);
            var subjects = reading.Tracks.Select(divided.CreateFace).ToList();
            // A video that is too short for every specialist of whole pictures is no subject of theirs.
            if (names.Any(name => recipes[name].Data.Crop == CropMode.Frame && divided.CanServe(name)))
                subjects.Add(divided.CreateWholePicture(subjects.Count));
            return subjects.Count > 0
                ? new VideoSubjects(reading, subjects)
                : throw new UnreadableVideoException($"no face was found in {reading.FaceFrames} frames");
        }
        catch
        {
            reading.Dispose();
            throw;
        }
    }

    /// <summary>Frees all pictures.</summary>
    public void Dispose() => reading.Dispose();

    private sealed class Division(ClipReading reading, List<string> names, IReadOnlyDictionary<string, Recipe> recipes)
    {
        private readonly Dictionary<string, string> refusals = names
            .Zip(reading.Refusals)
            .Where(pair => pair.Second is not null)
            .ToDictionary(pair => pair.First, pair => pair.Second!);

        public bool CanServe(string name) => !refusals.ContainsKey(name);

        public Subject CreateFace(CutTrack track)
        {
            var clips = new Dictionary<string, IReadOnlyList<SubjectClip>>();
            var abstained = new Dictionary<string, string>(refusals);
            var widths = new List<double>();
            foreach (var name in names.Where(name => recipes[name].Data.Crop == CropMode.Face && CanServe(name)))
            {
                var whole = reading.FaceClips(names.IndexOf(name), track);
                widths.AddRange(whole.Select(clip => FaceWidth(recipes[name], clip)));
                var reasons = whole.Select(clip => FindReasonToAbstain(recipes[name], clip)).ToList();
                clips[name] = [.. whole.Where((_, i) => reasons[i] is null).Select(CreateClip)];
                if (clips[name].Count == 0)
                    abstained[name] =
                        reasons.FirstOrDefault()
                        ?? $"the face does not stay for a clip of {recipes[name].Data.ClipFrames} frames";
            }
            return new Subject(
                track.Track.Number,
                Whole: false,
                Math.Max(0, track.Track.Seen[0].Time),
                track.Track.Last.Time,
                clips,
                abstained
            )
            {
                FaceWidthPixels = widths.Count > 0 ? widths.Average() : null,
            };
        }

        private static double FaceWidth(Recipe recipe, ReadClip clip) =>
            clip.Frames.Average(frame => frame.Rectangle.Width) / recipe.Data.FaceMargin;

        public Subject CreateWholePicture(int number)
        {
            var clips = new Dictionary<string, IReadOnlyList<SubjectClip>>();
            var abstained = new Dictionary<string, string>(refusals);
            var info = reading.Info;
            foreach (var name in names.Where(name => recipes[name].Data.Crop == CropMode.Frame && CanServe(name)))
            {
                if (2 * Math.Min(info.Width, info.Height) < recipes[name].Model.ImageSize)
                    abstained[name] = $"the picture is {info.Width}x{info.Height}, less than half of what it looks at";
                else
                    clips[name] = [.. reading.PictureClips(names.IndexOf(name)).Select(CreateClip)];
            }
            return new Subject(number, Whole: true, 0, info.DurationSeconds, clips, abstained);
        }

        private string? FindReasonToAbstain(Recipe recipe, ReadClip clip) =>
            Suitability.FindReasonToAbstain(
                recipe.Model.Views == ViewSource.Own && Specialist.Find(recipe.Specialist).Hears,
                new ClipFacts(
                    FaceWidth(recipe, clip),
                    clip.Frames[0].TimeSeconds,
                    clip.Frames[^1].TimeSeconds,
                    reading.Sound?.Speech
                )
            );

        private SubjectClip CreateClip(ReadClip clip) =>
            new([.. clip.Frames.Select(JudgedFrame.Create)], reading.CreateInput(clip));
    }
}
