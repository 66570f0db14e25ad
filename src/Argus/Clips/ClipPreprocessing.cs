using Argus.Imaging;
using Argus.Views;
using OpenCvSharp;

namespace Argus.Clips;

/// <summary>Where the normalised floats of a view of a frame go; see <see cref="Preprocessing.Length"/>.</summary>
public delegate Span<float> InputPlace(string view, int place);

/// <summary>
/// From a stored clip to everything that the model sees of it. The one function for it, whoever trains or judges: the
/// colour picture is enhanced and augmented; views are computed from pixels that are not enhanced, after the geometric
/// augmentations, or from native pixels as they were stored.
/// </summary>
public class ClipPreprocessing(ModelInput input)
{
    private readonly Preprocessing rgb = input.CreatePreprocessing();
    private readonly IReadOnlyList<View> views = [.. input.Views.Select(View.Find)];

    /// <summary>Side of the square inputs in pixels.</summary>
    public int ImageSize => rgb.ImageSize;

    /// <summary>Floats of one picture of one input: <c>ImageSize * ImageSize * 3</c>.</summary>
    public int Length => rgb.Length;

    /// <summary>Names of what is computed beside <see cref="View.Rgb"/>.</summary>
    public IReadOnlyList<string> Views => input.Views;

    /// <summary>Whether a view needs the clip's sound.</summary>
    public bool NeedsSound => views.Any(view => view.NeedsSound);

    /// <param name="stored">Without frames yet: <see cref="ClipInput.Native"/> are the stored pictures.</param>
    /// <param name="augmentation">The draw for this clip; null for evaluation.</param>
    /// <param name="output">Where the floats of each view and frame go.</param>
    public virtual void ToInput(ClipInput stored, Augmentation? augmentation, InputPlace output)
    {
        using var changed = augmentation is null ? null : Record(stored, augmentation);
        stored = changed ?? stored;
        for (var place = 0; place < stored.Native.Count; place++)
            rgb.ToInput(stored.Native[place], augmentation, output(View.Rgb, place));
        if (views.Count == 0)
            return;
        var clip = stored with { Frames = [.. stored.Native.Select(rgb.Resize)] };
        try
        {
            foreach (var frame in clip.Frames)
                augmentation?.Geometry.Apply(frame);
            foreach (var view in views)
            {
                for (var place = 0; place < clip.Frames.Count; place++)
                    view.Write(clip, place, output(view.Name, place));
            }
        }
        finally
        {
            clip.DisposeFrames();
        }
    }

    /// <summary>The clip as another recording would have it, cut and degraded; null if the draw says neither.</summary>
    internal static ClipInput? Record(ClipInput stored, Augmentation draw)
    {
        if (draw.Cut.Width == 1 && draw.Degradation is null)
            return null;
        int width = stored.Native[0].Width;
        int height = stored.Native[0].Height;
        var part = new Rect(
            (int)(draw.Cut.X * width),
            (int)(draw.Cut.Y * height),
            Math.Max(1, (int)(draw.Cut.Width * width)),
            Math.Max(1, (int)(draw.Cut.Height * height))
        );
        return stored with
        {
            Native = [.. stored.Native.Select(Recorded)],
            Landmarks =
            [
                .. stored.Landmarks.Select(points => Array.ConvertAll(points, point => point - part.Location)),
            ],
            Grid = [.. stored.Grid.Select(corner => corner + part.Location)],
        };

        Mat Recorded(Mat picture, int frame)
        {
            using var cut = picture[part];
            return draw.Degradation?.Apply(cut, frame) ?? cut.Clone();
        }
    }
}
