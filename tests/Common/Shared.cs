using Xunit;

namespace Argus.Tests;

/// <summary>
/// Optional material beside the repository (real faces, dataset lists, the face model); tests without it skip.
/// </summary>
internal static class Shared
{
    public static string File(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", relative);
            if (System.IO.File.Exists(path) || Directory.Exists(path))
                return path;
        }
        Assert.Skip($"shared/{relative} is not beside the repository");
        return "";
    }
}
