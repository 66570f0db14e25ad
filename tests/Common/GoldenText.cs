using System.Text;
using Xunit;

namespace Argus.Tests;

/// <summary>
/// Text that people see, kept in a file beside the tests. A test that finds another text shows the lines that differ;
/// whoever meant the change sets ARGUS_GOLDEN=write, runs the test again, and commits what it wrote.
/// </summary>
internal static class GoldenText
{
    private const string WriteVariable = "ARGUS_GOLDEN";

    /// <summary>Compares a text with <c>Golden/NAME.txt</c> of a test project.</summary>
    public static void Check(string project, string name, string actual) =>
        CheckFile(Path.Combine("tests", project, "Golden", name + ".txt"), actual);

    /// <summary>Compares a text with a file of the repository.</summary>
    public static void CheckFile(string name, string actual)
    {
        var file = Path.Combine(Repository(), name);
        actual = actual.ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable(WriteVariable) == "write")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }
        var expected = File.Exists(file) ? File.ReadAllText(file) : "";
        Assert.True(
            expected == actual,
            $"{name}: the text changed ({WriteVariable}=write takes it as it is now):\n{Difference(expected, actual)}"
        );
    }

    // Lines that went (-) and came (+), by the longest common subsequence.
    private static string Difference(string expected, string actual)
    {
        var before = expected.Split('\n');
        var after = actual.Split('\n');
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
                common[i, j] =
                    before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }
        var difference = new StringBuilder();
        var (left, right) = (0, 0);
        while (left < before.Length || right < after.Length)
        {
            if (left < before.Length && right < after.Length && before[left] == after[right])
            {
                left++;
                right++;
            }
            else if (
                right == after.Length
                || (left < before.Length && common[left + 1, right] >= common[left, right + 1])
            )
                difference.Append("- ").Append(before[left++]).Append('\n');
            else
                difference.Append("+ ").Append(after[right++]).Append('\n');
        }
        return difference.ToString();
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Argus.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
