using Argus.Faces;
using Argus.Video;
using OpenCvSharp;

namespace Argus.Clips;

/// <summary>Frames that somebody wants to know something of beside the clips, as they are decoded.</summary>
/// <param name="Choose">From the number of frames to those wanted.</param>
/// <param name="Describe">What is kept of each of them; the picture is the reader's.</param>
public sealed record FrameWatch(Func<int, IReadOnlyList<int>> Choose, Func<Mat, string> Describe);

/// <summary>
/// The one way from a video to clips, whoever trains or judges: probe, choose frames by time, decode once, follow
/// faces, cut, and take the sound along. A picture file is a video of one frame, a folder of pictures one of several.
/// Not safe for parallel use.
/// </summary>
/// <param name="detector">Finds faces; null where no request is of faces.</param>
/// <param name="scratch">A folder for the sound while it is read; file names there end with <c>.partial</c>.</param>
public sealed class ClipReader(FaceDetector? detector, string scratch)
{
    private readonly string scratch = scratch;

    /// <summary>Whether the sound is wanted.</summary>
    public bool WithSound { get; init; } = true;

    /// <summary>Whether a picture file is read as a video of one frame.</summary>
    public bool AcceptPictures { get; init; } = true;

    /// <summary>Describes some frames beside the clips; null for none.</summary>
    public FrameWatch? Watch { get; init; }

    /// <summary>Is told the share of the frames that were read, from 0 to 1; null for nobody.</summary>
    public Action<double>? Progress { get; init; }

    /// <summary>What the requests ask for, from one decoding.</summary>
    /// <param name="path">A video, a picture, or a folder of pictures.</param>
    /// <param name="requests">At least one.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="UnreadableVideoException">
    /// It is no video, or it cannot serve any request; the message says why.
    /// </exception>
    /// <exception cref="ArgusException">The sound could not be written to the scratch folder.</exception>
    public async Task<ClipReading> ReadAsync(string path, IReadOnlyList<ClipRequest> requests, CancellationToken cancel)
    {
        if (Directory.Exists(path))
        {
            var sequence = PictureSequence.Open(path);
            return await new Pass(this, path, requests, sequence.Info).RunAsync(sequence.Read, cancel);
        }
        using var picture = AcceptPictures ? StillPicture.Read(path) : null;
        if (picture is not null)
            return await new Pass(this, path, requests, picture.Info).RunAsync(_ => picture.Pixels.Clone(), cancel);
        var info = await VideoProbe.ReadAsync(path, cancel);
        if (info.ClockRestartsSeconds.Count == 0)
            return await ReadVideoAsync(path, info, requests, cancel);
        using var copy = await OneClockCopy.CreateAsync(path, info, scratch, cancel);
        return await ReadVideoAsync(copy.Path, copy.Info, requests, cancel);
    }

    // A file tells its frames' times without decoding, and hardly ever wrongly. Where it does, or where there are cuts
    // that clips of several frames must not cross, the decoder has said so by the end, and the video is read again.
    private async Task<ClipReading> ReadVideoAsync(
        string path,
        VideoInfo listed,
        IReadOnlyList<ClipRequest> requests,
        CancellationToken cancel
    )
    {
        var first = new Pass(this, path, requests, listed);
        var reading = await first.RunAsync(null, cancel);
        var decoded = first.Decoded!;
        var asListed = decoded.Matches(listed);
        var mayCross = requests.Any(request => request.FaceMargin is not null || request.ClipFrames > 1);
        if (asListed && (decoded.ShotStarts.Count == 0 || !mayCross))
        {
            first.CheckComplete();
            return reading;
        }
        reading.Dispose();
        if (decoded.TimesSeconds.Length < VideoProbe.LeastPresentShare * listed.FrameCount)
            first.CheckComplete();
        var second = new Pass(
            this,
            path,
            requests,
            asListed ? listed with { ShotStarts = decoded.ShotStarts } : decoded.Correct(listed)
        );
        reading = await second.RunAsync(null, cancel);
        try
        {
            second.CheckComplete();
            return reading;
        }
        catch
        {
            reading.Dispose();
            throw;
        }
    }

    /// <summary>One decoding of a video.</summary>
    private sealed class Pass(ClipReader reader, string path, IReadOnlyList<ClipRequest> requests, VideoInfo info)
    {
        private readonly ClipPlan?[] plans = new ClipPlan?[requests.Count];
        private readonly string?[] refusals = new string?[requests.Count];
        private readonly Dictionary<(int Request, int Frame), Mat> wholePictures = [];
        private readonly List<string> watched = [];
        private List<int> wanted = [];
        private FrameReading? frames;

        /// <summary>What came out of the decoder; null for pictures.</summary>
        public DecodedFrames? Decoded => frames?.Decoded;

        /// <exception cref="UnreadableVideoException">Not all wanted frames came; says why.</exception>
        public void CheckComplete() => frames!.CheckComplete(wanted);

        public async Task<ClipReading> RunAsync(Func<int, Mat>? readPicture, CancellationToken cancel)
        {
            Plan();
            try
            {
                using var cutter = reader.CreateCutter(requests, plans, info);
                var soundFile = Path.Combine(reader.scratch, $"sound-{Guid.NewGuid():n}.partial");
                try
                {
                    await DecodeAsync(readPicture, cutter, soundFile, cancel);
                    var sound = await VideoSound.ReadAsync(soundFile, cancel);
                    var described =
                        reader.WithSound && info.Sound is not null && sound is null
                            ? info with
                            {
                                Remarks = [.. info.Remarks, "its sound could not be decoded and was left out"],
                            }
                            : info;
                    return new ClipReading(
                        described,
                        requests,
                        plans,
                        refusals,
                        wholePictures,
                        cutter?.Finish() ?? [],
                        cutter?.Plan.Frames.Count ?? 0,
                        sound,
                        frames?.Quantizer,
                        watched
                    );
                }
                finally
                {
                    File.Delete(soundFile);
                }
            }
            catch (Exception error)
            {
                foreach (var whole in wholePictures.Values)
                    whole.Dispose();
                // ffmpeg ended within a picture, or the picture is none that can be worked on.
                if (error is EndOfStreamException or FormatException or ArgumentNullException or OpenCVException)
                    throw new UnreadableVideoException($"its pictures could not be read: {error.Message}");
                throw;
            }
        }

        private void Plan()
        {
            for (var i = 0; i < requests.Count; i++)
            {
                try
                {
                    plans[i] = requests[i].Plan(info);
                }
                catch (UnreadableVideoException error)
                {
                    refusals[i] = error.Message;
                }
            }
            if (plans.All(plan => plan is null))
                throw new UnreadableVideoException(refusals[0]!);
        }

        private async Task DecodeAsync(
            Func<int, Mat>? readPicture,
            FaceCutter? cutter,
            string soundFile,
            CancellationToken cancel
        )
        {
            var whole = Enumerable
                .Range(0, requests.Count)
                .Where(i => requests[i].FaceMargin is null && plans[i] is not null)
                .SelectMany(i => plans[i]!.Frames.Select(frame => (Request: i, Frame: frame)))
                .ToLookup(use => use.Frame, use => use.Request);
            var watch = reader.Watch?.Choose(info.FrameCount).ToHashSet() ?? [];
            var looks = cutter is null
                ? []
                : FaceCutter.ChooseDetectionFrames(cutter.Plan, info.FrameTimesSeconds).ToHashSet();
            wanted = [.. whole.Select(frame => frame.Key).Union(watch).Union(looks).Order()];
            var read = 0;
            if (readPicture is null)
                frames = await FrameReader.DecodeAsync(
                    path,
                    reader.WithSound ? info : info with { Sound = null },
                    wanted,
                    soundFile,
                    Use,
                    cancel
                );
            else
                foreach (var index in wanted)
                    Use(index, readPicture(index));

            void Use(int index, Mat frame)
            {
                reader.Progress?.Invoke((double)++read / wanted.Count);
                if (watch.Contains(index))
                    watched.Add(reader.Watch!.Describe(frame));
                foreach (var request in whole[index])
                    wholePictures[(request, index)] = requests[request].Preprocessing.BeforeStoring(frame);
                if (looks.Contains(index))
                    cutter!.Add(index, frame);
                else
                    frame.Dispose();
            }
        }
    }

    private FaceCutter? CreateCutter(IReadOnlyList<ClipRequest> requests, ClipPlan?[] plans, VideoInfo info)
    {
        var ofFaces = requests
            .Zip(plans)
            .Where(pair => pair is { First.FaceMargin: not null, Second: not null })
            .ToList();
        if (ofFaces.Count == 0)
            return null;
        var joined = ClipPlan.Join(ofFaces.Select(pair => pair.Second!));
        List<double> margins =
        [
            .. ofFaces.SelectMany(pair => Enumerable.Repeat(pair.First.FaceMargin!.Value, pair.Second!.Clips.Count)),
        ];
        return new FaceCutter(detector!, margins, joined, info.FrameTimesSeconds, info.ShotStarts);
    }
}
