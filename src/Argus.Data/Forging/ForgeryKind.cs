namespace Argus.Data.Forging;

/// <summary>
/// The traces of a forgery: the first five have a specialist each, and the drawn sample data have those.
/// </summary>
public enum ForgeryKind
{
    /// <summary>Shading, colour temperature and gamma of one region do not fit the other's.</summary>
    Lighting,

    /// <summary>One region was scaled down and up again.</summary>
    Resolution,

    /// <summary>One region went through another lossy codec.</summary>
    Compression,

    /// <summary>One region trembles against the other from frame to frame.</summary>
    Temporal,

    /// <summary>The voice is another person's, or comes too early or too late; the picture is untouched.</summary>
    Audio,

    /// <summary>
    /// One region is the person's own, but of another colour, sharpness, size and place: a self-blended image (Shiohara
    /// and Yamasaki, 2022).
    /// </summary>
    Blend,
}

/// <summary>
/// Where an operation was applied. Real videos are <see cref="Neither"/> or <see cref="Both"/>, fakes
/// <see cref="Face"/> or <see cref="Background"/>, equally often, so that only the inconsistency of the two regions
/// separates the classes. For <see cref="ForgeryKind.Audio"/> the picture is left alone.
/// </summary>
public enum ForgedRegion
{
    Neither,
    Both,
    Face,
    Background,
}
