using System.Text.RegularExpressions;
using Argus.Clips;

namespace Argus.Data.Datasets;

/// <summary>
/// Who is to be seen in which file of a folder: <c>sources.tsv</c> says it, else the sub-folder that a file lies in,
/// else the file's name without its last number.
/// </summary>
internal static partial class People
{
    /// <summary>Beside the files: tab-separated, with columns <c>file</c> (or <c>path</c>) and <c>person</c>.</summary>
    public const string SourcesFile = "sources.tsv";

    private static readonly string[] FakeWords = ["fake", "1", "forged"];

    /// <summary>What a line of <see cref="SourcesFile"/> says of a file.</summary>
    /// <param name="Person">Without spaces; empty where the line says nothing.</param>
    /// <param name="IsFake">Whether a column <c>label</c> calls it a fake.</param>
    /// <param name="Repository">Where the file is from (column <c>repository</c> or <c>source</c>).</param>
    /// <param name="Licence">As it is stated there (column <c>licence</c> or <c>license</c>).</param>
    public sealed record Source(string Person, bool IsFake, string Repository, string Licence)
    {
        /// <summary>Whether the line says that no licence is stated.</summary>
        public bool HasNoLicence => Licence.StartsWith("no licen", StringComparison.OrdinalIgnoreCase);

        /// <summary>Whether two lines say the same of what is read of a file.</summary>
        public bool Agrees(Source other) =>
            (Person, IsFake, HasNoLicence) == (other.Person, other.IsFake, other.HasNoLicence);
    }

    /// <summary>The people of a folder's files, and by which rule each was told.</summary>
    /// <param name="folder">Holds all the files.</param>
    /// <param name="files">Full paths.</param>
    /// <param name="sources">What <see cref="ReadSources"/> found.</param>
    public static Dictionary<string, (string Person, string Rule)> Find(
        string folder,
        IReadOnlyList<string> files,
        IReadOnlyDictionary<string, Source> sources
    )
    {
        var told = files.ToDictionary(
            file => file,
            file => sources.TryGetValue(file, out var source) ? source.Person : ""
        );
        var untold = files.Where(file => told[file].Length == 0).ToList();
        // Below the folder that they share: in DIR/photos/ANNA/1.jpg nobody is called photos.
        var shared = untold.Count == 0 ? folder : FolderList.FindRoot([.. untold.Select(Parent).Distinct()]);
        return files.ToDictionary(
            file => file,
            file =>
            {
                if (told[file].Length > 0)
                    return (told[file], SourcesFile);
                var below = Path.GetRelativePath(shared, file).Split(Path.DirectorySeparatorChar);
                return below.Length > 1
                    ? (WithoutSpaces(below[0]), "sub-folder")
                    : (
                        WithoutSpaces(WithoutNumber(Path.GetFileNameWithoutExtension(file))),
                        "file name without number"
                    );
            }
        );
    }

    /// <summary>What every <see cref="SourcesFile"/> in or below a folder says, by the file's full path.</summary>
    /// <exception cref="RequestException">One lacks a column, or names a file twice with two people.</exception>
    public static Dictionary<string, Source> ReadSources(string folder)
    {
        var all = new Dictionary<string, Source>();
        foreach (var list in VideoFolder.Below(folder).Where(file => Path.GetFileName(file) == SourcesFile))
            ReadSources(list, all);
        return all;
    }

    private static void ReadSources(string list, Dictionary<string, Source> all)
    {
        var lines = File.ReadLines(list).Select((text, i) => (Number: i + 1, Cells: text.Split('\t')));
        string[]? columns = null;
        foreach (var (number, cells) in lines.Where(line => line.Cells is not [""]))
        {
            if (columns is null)
            {
                columns = [.. cells.Select(cell => cell.Trim().TrimStart('\uFEFF').ToLowerInvariant())];
                if (!columns.Contains("person") || !(columns.Contains("file") || columns.Contains("path")))
                    throw new RequestException(
                        $"{list}: the first line must name the columns file (or path) and person, with tabs between "
                            + $"them; it names {string.Join(", ", columns)}."
                    );
                continue;
            }
            var name = FirstOf("file", "path");
            if (name.Length == 0)
                throw new RequestException($"{list}: line {number} names no file.");
            var full = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(list)!, name));
            var source = new Source(
                WithoutSpaces(Cell("person")),
                FakeWords.Contains(Cell("label"), StringComparer.OrdinalIgnoreCase),
                FirstOf("repository", "source"),
                FirstOf("licence", "license")
            );
            if (all.TryGetValue(full, out var earlier) && !earlier.Agrees(source))
                throw new RequestException($"{list}: line {number} says of {name} otherwise than an earlier line.");
            all[full] = source;

            string FirstOf(string column, string other) => Cell(column) is { Length: > 0 } text ? text : Cell(other);

            string Cell(string column) =>
                Array.IndexOf(columns, column) is >= 0 and var place && place < cells.Length ? cells[place].Trim() : "";
        }
    }

    /// <summary>A name as the store keeps it, where spaces stand between two people.</summary>
    public static string WithoutSpaces(string name) => string.Join('_', name.Split((char[]?)null, Blank));

    private const StringSplitOptions Blank = StringSplitOptions.RemoveEmptyEntries;

    // anna_003 and anna-004 are anna; 003 alone is itself.
    private static string WithoutNumber(string name) =>
        LastNumber().Replace(name, "") is { Length: > 0 } rest ? rest : name;

    private static string Parent(string file) => Path.GetDirectoryName(Path.GetFullPath(file))!;

    [GeneratedRegex(@"[\s_.\-(]*\d+\)?$")]
    private static partial Regex LastNumber();
}
