using Argus.Datasets;

namespace Argus.Stores;

/// <summary>
/// One stored picture: a row of the store's index. A clip is the rows with one video key and one clip number; with one frame
/// a clip it is the special case T = 1.
/// </summary>
public sealed class StoreRow
{
    public string Key { get; set; } = "";
    public string Dataset { get; set; } = "";
    public string Method { get; set; } = "";
    public string Id { get; set; } = "";
    /// <summary>The video file, relative to the dataset's root.</summary>
    public string Path { get; set; } = "";
    public int Label { get; set; }
    public string Group { get; set; } = "";
    /// <summary>Separated by spaces.</summary>
    public string Identities { get; set; } = "";
    public string Split { get; set; } = "";
    public string Compression { get; set; } = "";
    public int? Chunk { get; set; }
    public string? Original { get; set; }
    public string? Kind { get; set; }
    /// <summary>Size and change time (UTC ticks) of the video file: what tells a changed file from a known one.</summary>
    public long SourceBytes { get; set; }
    public long SourceTicks { get; set; }

    public int Clip { get; set; }
    /// <summary>Place within the clip, from 0.</summary>
    public int Frame { get; set; }
    /// <summary>Number of the frame in the video, from 0, and its presentation time.</summary>
    public int SourceFrame { get; set; }
    public double TimeSeconds { get; set; }
    /// <summary>Number of the face track; 0 for whole frames.</summary>
    public int Track { get; set; }
    /// <summary>The picture's rectangle in the decoded frame, in pixels.</summary>
    public int X { get; set; }
    public int Y { get; set; }
    public int Width { get; set; }
    public int Height { get; set; }
    /// <summary>The sound that belongs to the clip; null for a video without sound.</summary>
    public double? AudioFromSeconds { get; set; }
    public double? AudioToSeconds { get; set; }

    public string Shard { get; set; } = "";
    /// <summary>Where the PNG's bytes begin in the shard, and how many there are.</summary>
    public long Offset { get; set; }
    public int Bytes { get; set; }

    public VideoItem ToItem() => new(Dataset, Method, Id, Path, Label, Group, Identities.Split(' '), Enum.Parse<Split>(Split), Compression, Chunk, Original, Kind);

    public static StoreRow For(VideoItem item, FileInfo source) => new()
    {
        Key = item.Key, Dataset = item.Dataset, Method = item.Method, Id = item.Id, Path = item.Path, Label = item.Label,
        Group = item.Group, Identities = string.Join(' ', item.Identities), Split = $"{item.Split ?? Datasets.Split.Train}",
        Compression = item.Compression, Chunk = item.Chunk, Original = item.Original, Kind = item.Kind,
        SourceBytes = source.Length, SourceTicks = source.LastWriteTimeUtc.Ticks,
    };

    public StoreRow Copy() => (StoreRow)MemberwiseClone();
}
