namespace Argus.Client;

/// <summary>The file that was judged, as it was found.</summary>
/// <param name="Sha256">Of all its bytes, in lower-case hexadecimal digits.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Container">ffmpeg's name of the container's family; <c>image</c> for a picture.</param>
/// <param name="Codec">ffmpeg's name of the video codec.</param>
/// <param name="SoundCodec">ffmpeg's name of the audio codec; null without sound.</param>
/// <param name="Width">Of the coded picture, in pixels.</param>
/// <param name="Height">Of the coded picture, in pixels.</param>
/// <param name="Frames">Frames of the video stream.</param>
/// <param name="FramesPerSecond">On average.</param>
/// <param name="Encoder">What it says wrote it; empty where it says nothing.</param>
/// <param name="CreationTime">When it says it was made, as it stands there; empty where it says nothing.</param>
/// <param name="EditLists">An MP4's or MOV's, as they stand there.</param>
public sealed record InputFile(
    string Sha256,
    long Bytes,
    string Container,
    string Codec,
    string? SoundCodec,
    int Width,
    int Height,
    int Frames,
    double FramesPerSecond,
    string Encoder,
    string CreationTime,
    IReadOnlyList<EditListEntry> EditLists
);
