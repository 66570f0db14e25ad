namespace Argus.Data.Datasets;

/// <summary>Where a dataset is.</summary>
/// <param name="Layout">Name of the row of <see cref="DatasetLayout.All"/>.</param>
/// <param name="Folder">Its root.</param>
public sealed record DatasetFolder(string Layout, string Folder);
