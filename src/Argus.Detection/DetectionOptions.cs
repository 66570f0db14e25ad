namespace Argus.Detection;

/// <summary>What a detector is made of, and what an analysis may use.</summary>
public sealed class DetectionOptions
{
    /// <summary>
    /// What <c>argus export</c> made; null: the starter, <c>models/starter</c> beside the program (the package
    /// Argus.Models.Starter).
    /// </summary>
    public string? ModelsFolder { get; set; }

    /// <summary>
    /// YuNet's file; null: the starter's, or the one that <c>argus models pull yunet</c> fetched. Models of whole
    /// pictures need none.
    /// </summary>
    public string? FaceModel { get; set; }

    /// <summary>Processor cores for one call of a model; 0: all.</summary>
    public int Threads { get; set; }

    /// <summary>
    /// Analyses at once; further ones wait. One uses all cores and up to 2.4 GB, so 1 is the default; 0: no limit.
    /// </summary>
    public int ConcurrentAnalyses { get; set; } = 1;

    /// <summary>
    /// Where streams and what ffmpeg writes lie while a video is read; null: the system's temporary folder.
    /// </summary>
    public string? TemporaryFolder { get; set; }
}
