using System.Globalization;
using System.Numerics;
using Argus.Video;
using OpenCvSharp;

namespace Argus.Clips;

/// <summary>
/// A folder of pictures that somebody cut out of one video: its frames, in the order of the numbers in their names.
/// When each was shown is not known, so specialists that need time abstain; there is no sound.
/// </summary>
internal sealed class PictureSequence
{
    /// <summary>What stands for a container in such a video's <see cref="VideoInfo"/>.</summary>
    public const string Container = "images";

    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp"];

    private readonly IReadOnlyList<string> files;

    private PictureSequence(IReadOnlyList<string> files, VideoInfo info)
    {
        this.files = files;
        Info = info;
    }

    /// <summary>What is said of it; its frames' times count them, one a second.</summary>
    public VideoInfo Info { get; }

    /// <summary>Whether a file's name ends like a picture's.</summary>
    public static bool HasPictureName(string file) => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant());

    /// <summary>The pictures directly in a folder, in the order of the numbers that their names end with.</summary>
    public static IReadOnlyList<string> Files(string folder) =>
        [
            .. Directory
                .EnumerateFiles(folder)
                .Where(HasPictureName)
                .OrderBy(LastNumber)
                .ThenBy(Path.GetFileName, StringComparer.Ordinal),
        ];

    private static BigInteger LastNumber(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        var digits = name.Reverse().TakeWhile(char.IsAsciiDigit).Count();
        return digits == 0 ? 0 : BigInteger.Parse(name[^digits..], CultureInfo.InvariantCulture);
    }

    /// <exception cref="UnreadableVideoException">It holds no picture, or the first cannot be read.</exception>
    public static PictureSequence Open(string folder)
    {
        var files = Files(folder);
        if (files.Count == 0)
            throw new UnreadableVideoException("the folder holds no picture");
        using var first = ReadFile(files[0]);
        var times = Enumerable.Range(0, files.Count).Select(index => (double)index).ToArray();
        var info = new VideoInfo(Container, "", "image", "bgr24", first.Width, first.Height, times, 0, 0, 0, null);
        return new PictureSequence(files, info);
    }

    /// <summary>Reads every frame once.</summary>
    /// <exception cref="UnreadableVideoException">There is none, or one cannot be read.</exception>
    public static void Check(string folder)
    {
        var sequence = Open(folder);
        for (var frame = 1; frame < sequence.files.Count; frame++)
            sequence.Read(frame).Dispose();
    }

    /// <summary>A frame, 8-bit BGR; the caller's.</summary>
    /// <exception cref="UnreadableVideoException">It is damaged, or no picture.</exception>
    public Mat Read(int index) => ReadFile(files[index]);

    private static Mat ReadFile(string file)
    {
        try
        {
            using var picture = StillPicture.Read(file) ?? throw new UnreadableVideoException("it is no picture");
            return picture.Pixels.Clone();
        }
        catch (UnreadableVideoException error)
        {
            throw new UnreadableVideoException($"{Path.GetFileName(file)}: {error.Message}");
        }
    }
}
