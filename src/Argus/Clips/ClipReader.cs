using Argus.Faces;
using Argus.Video;
using OpenCvSharp;

namespace Argus.Clips;

/// <summary>Frames that somebody wants to see beside the clips, as they are decoded.</summary>
/// <param name="Choose">From the number of frames to those wanted.</param>
/// <param name="See">Called with each of them, in order; the picture is the reader's.</param>
public sealed record FrameWatch(Func<int, IReadOnlyList<int>> Choose, Action<Mat> See);

/// <summary>
/// The one way from a video to clips, whoever trains or judges: probe, choose frames by time, decode once, follow
/// faces, cut, and take the sound along. A picture file is a video of one frame. Not safe for parallel use.
/// </summary>
/// <param name="detector">Finds faces; null where no request is of faces.</param>
/// <param name="scratch">A folder for the sound while it is read; file names there end with <c>.partial</c>.</param>
public sealed class ClipReader(FaceDetector? detector, string scratch)
{
    /// <summary>Whether the sound is wanted.</summary>
    public bool WithSound { get; init; } = true;

    /// <summary>Whether a picture file is read as a video of one frame.</summary>
    public bool AcceptPictures { get; init; } = true;

    /// <summary>Sees some frames beside the clips; null for none.</summary>
    public FrameWatch? Watch { get; init; }

    /// <summary>Is told the share of the frames that were read, from 0 to 1; null for nobody.</summary>
    public Action<double>? Progress { get; init; }

    /// <summary>What the requests ask for, from one decoding.</summary>
    /// <param name="path">A video or a picture.</param>
    /// <param name="requests">At least one; those of faces must have one margin.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="UnreadableVideoException">
    /// It is no video, or it cannot serve any request; the message says why.
    /// </exception>
    /// <exception cref="RequestException">Faces are wanted with several margins.</exception>
    public async Task<ClipReading> ReadAsync(string path, IReadOnlyList<ClipRequest> requests, CancellationToken cancel)
    {
        using var picture = AcceptPictures ? StillPicture.Read(path) : null;
        var info = picture is null ? await VideoProbe.ReadAsync(path, cancel) : StillPicture.Describe(picture);
        var plans = new ClipPlan?[requests.Count];
        var refusals = new string?[requests.Count];
        for (var i = 0; i < requests.Count; i++)
        {
            try
            {
                plans[i] = requests[i].Plan(info.FrameTimesSeconds);
            }
            catch (UnreadableVideoException error)
            {
                refusals[i] = error.Message;
            }
        }
        if (plans.All(plan => plan is null))
            throw new UnreadableVideoException(refusals[0]!);
        var wholePictures = new Dictionary<(int Request, int Frame), Mat>();
        try
        {
            using var cutter = CreateCutter(requests, plans, info);
            var soundFile = Path.Combine(scratch, $"sound-{Guid.NewGuid():n}.partial");
            try
            {
                var quantizer = await DecodeAsync();
                return new ClipReading(
                    info,
                    requests,
                    plans,
                    refusals,
                    wholePictures,
                    cutter?.Finish() ?? [],
                    cutter?.Plan.Frames.Count ?? 0,
                    await VideoSound.ReadAsync(soundFile, cancel),
                    quantizer
                );
            }
            finally
            {
                File.Delete(soundFile);
            }

            async Task<double?> DecodeAsync()
            {
                var whole = Enumerable
                    .Range(0, requests.Count)
                    .Where(i => requests[i].FaceMargin is null && plans[i] is not null)
                    .SelectMany(i => plans[i]!.Frames.Select(frame => (Request: i, Frame: frame)))
                    .ToLookup(use => use.Frame, use => use.Request);
                var watched = Watch?.Choose(info.FrameCount).ToHashSet() ?? [];
                var looks = cutter is null
                    ? []
                    : FaceCutter.ChooseDetectionFrames(cutter.Plan, info.FrameTimesSeconds).ToHashSet();
                List<int> wanted = [.. whole.Select(frame => frame.Key).Union(watched).Union(looks).Order()];
                var read = 0;
                if (picture is null)
                    return await FrameReader.ReadAsync(
                        path,
                        WithSound ? info : info with { Sound = null },
                        wanted,
                        soundFile,
                        Use,
                        cancel
                    );
                Use(0, picture.Clone());
                return null;

                void Use(int index, Mat frame)
                {
                    Progress?.Invoke((double)++read / wanted.Count);
                    if (watched.Contains(index))
                        Watch!.See(frame);
                    foreach (var request in whole[index])
                        wholePictures[(request, index)] = requests[request].Preprocessing.BeforeStoring(frame);
                    if (looks.Contains(index))
                        cutter!.Add(index, frame);
                    else
                        frame.Dispose();
                }
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

    private FaceCutter? CreateCutter(IReadOnlyList<ClipRequest> requests, ClipPlan?[] plans, VideoInfo info)
    {
        var ofFaces = requests
            .Zip(plans)
            .Where(pair => pair is { First.FaceMargin: not null, Second: not null })
            .ToList();
        if (ofFaces.Count == 0)
            return null;
        var margins = ofFaces.Select(pair => pair.First.FaceMargin!.Value).Distinct().ToList();
        if (margins.Count > 1)
            throw new RequestException(
                "These models cut faces with different margins (data.face_margin); put them into folders of their own."
            );
        var joined = ClipPlan.Join(ofFaces.Select(pair => pair.Second!));
        return new FaceCutter(detector!, margins[0], joined, info.FrameTimesSeconds);
    }
}
