namespace Argus.Cli.Commands;

/// <summary>The folder that a command writes into.</summary>
internal static class OutputFolder
{
    /// <summary>Makes it where there is none, before any work is done for it.</summary>
    /// <exception cref="RequestException">It cannot be made.</exception>
    public static void Create(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RequestException($"The folder {folder} cannot be made: {error.Message}");
        }
    }
}
