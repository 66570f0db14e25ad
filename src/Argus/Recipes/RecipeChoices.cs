namespace Argus.Recipes;

/// <summary>What the branches of a specialist look at.</summary>
public enum ViewSource
{
    /// <summary>Every branch looks at the colour picture, as published.</summary>
    Rgb,

    /// <summary>Each branch looks at the view that its row of the table of specialists names.</summary>
    Own,
}

/// <summary>What is cut out of a frame.</summary>
public enum CropMode
{
    /// <summary>The whole picture, resized before it is stored.</summary>
    Frame,

    /// <summary>A face at native size.</summary>
    Face,
}

/// <summary>How a store holds pictures.</summary>
public enum PictureFormat
{
    /// <summary>Lossless.</summary>
    Png,

    /// <summary>JPEG of quality 100 without chroma subsampling.</summary>
    Jpeg,
}

/// <summary>Which split of a dataset is used.</summary>
public enum SplitMode
{
    /// <summary>As the dataset's authors published it.</summary>
    Official,

    /// <summary>No person on two sides.</summary>
    Identity,
}

/// <summary>The loss that training minimises.</summary>
public enum LossKind
{
    /// <summary>Mean cross-entropy.</summary>
    CrossEntropy,

    /// <summary>Focal loss (Lin et al., 2017), one alpha for both classes.</summary>
    Focal,

    /// <summary>
    /// Cross-entropy weighted by the batch's class counts, n / (2 count), divided by the sum of weights.
    /// </summary>
    BatchWeighted,
}

/// <summary>Number format of the model's arithmetic.</summary>
public enum Precision
{
    /// <summary>32-bit floats.</summary>
    Fp32,

    /// <summary>bfloat16 arithmetic over 32-bit master weights.</summary>
    Bf16,
}

/// <summary>Where tensors live.</summary>
public enum ComputeDevice
{
    /// <summary>CUDA where it is available, else the processor.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>A CUDA device; an error without one.</summary>
    Cuda,
}
