using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Data.Stores;

namespace Argus.Training.Feeding;

/// <summary>A clip that the model is shown: as it is in the store, or forged on the way.</summary>
public sealed record Sample(StoredClip Clip, ClipForgery? Forgery = null)
{
    /// <summary>0 real, 1 fake.</summary>
    public int Label => Forgery?.Label ?? Clip.Video.Item.Label;
}
