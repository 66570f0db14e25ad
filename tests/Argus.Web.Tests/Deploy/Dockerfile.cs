namespace Argus.Web.Tests.Deploy;

/// <summary>The instructions of the Dockerfile.</summary>
internal sealed class Dockerfile
{
    /// <summary>An instruction, such as <c>USER</c>, and all that stands behind it, on one line.</summary>
    public sealed record Instruction(string Word, string Rest);

    private Dockerfile(IReadOnlyList<Instruction> instructions) => Instructions = instructions;

    public IReadOnlyList<Instruction> Instructions { get; }

    /// <summary>The instructions of the stage that becomes the image.</summary>
    public IEnumerable<Instruction> Last =>
        Instructions.Skip(Instructions.ToList().FindLastIndex(one => one.Word == "FROM"));

    public static Dockerfile Load()
    {
        var lines = DeployFolder
            .Read("Dockerfile")
            .Split('\n')
            .Where(line => !line.TrimStart().StartsWith('#') && line.Trim().Length > 0);
        var joined = string.Join('\n', lines).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n');
        return new Dockerfile([
            .. joined.Select(line => line.Split(' ', 2)).Select(parts => new Instruction(parts[0], parts[1].Trim())),
        ]);
    }

    /// <summary>What stands behind the only instruction of its kind in the last stage.</summary>
    public string Only(string word) => Last.Single(one => one.Word == word).Rest;
}
