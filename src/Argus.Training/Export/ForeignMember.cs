using System.Text.RegularExpressions;
using Argus.Detection;

namespace Argus.Training.Export;

/// <summary>Takes detectors of other origin into a models folder.</summary>
public static partial class ForeignMember
{
    /// <summary>
    /// Copies the file and its card into the folder, after it answered the golden input, and gives every member an
    /// equal say.
    /// </summary>
    /// <param name="file">
    /// The detector as ONNX, or the released weights of an EfficientNet-B4 (docs/detectors.md); stays as it is.
    /// </param>
    /// <param name="card">What it is.</param>
    /// <param name="folder">A models folder, or where one is made.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The council.</returns>
    /// <exception cref="RequestException">The name is taken, or is none for a file.</exception>
    /// <exception cref="ArgusException">It is no such detector; the folder is as it was.</exception>
    public static async Task<Council> AddAsync(
        string file,
        ForeignCard card,
        string folder,
        string name,
        CancellationToken cancel
    )
    {
        if (!File.Exists(file))
            throw new RequestException($"There is no file {file}.");
        if (!FileName().IsMatch(name))
            throw new RequestException($"'{name}' is no name for a member: letters, digits, '-' and '_'. Give --name.");
        var members = File.Exists(Path.Combine(folder, Council.FileName))
            ? Council.Read(folder).Members.Select(member => member.Name).ToList()
            : [];
        if (members.Contains(name) || File.Exists(Path.Combine(folder, ModelsFolder.FileOf(name))))
            throw new RequestException($"{folder} holds {name} already. Give another --name, or another folder.");
        if (Directory.Exists(folder) && members.Count == 0 && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new RequestException($"{folder} is no models folder and is not empty. Give another one.");
        var scratch = Directory.CreateTempSubdirectory("argus-member-").FullName;
        try
        {
            var onnx = file;
            if (!ForeignReference.IsFile(file))
            {
                onnx = Path.Combine(scratch, ModelsFolder.FileOf(name));
                ReleasedWeights.Convert(file, card.Recipe.Model.ImageSize, onnx);
                card = card with { WeightsSha256 = await FileHash.Sha256Async(file, cancel) };
            }
            using (var model = ForeignModelFile.Load(onnx, card))
                card = card with { Golden = model.Golden() };
            return await JoinAsync(onnx, card, folder, name, members, cancel);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static async Task<Council> JoinAsync(
        string onnx,
        ForeignCard card,
        string folder,
        string name,
        IReadOnlyList<string> members,
        CancellationToken cancel
    )
    {
        Directory.CreateDirectory(folder);
        var target = Path.Combine(folder, ModelsFolder.FileOf(name));
        var cardFile = Path.Combine(folder, ForeignCard.FileOf(name));
        try
        {
            File.Copy(onnx, target);
            card.Write(cardFile);
            var council = Council.CreateEqual([
                .. members.Append(name).Select(member => ModelsFolder.ReadCandidate(folder, member)),
            ]);
            await ModelsFolder.SealAsync(folder, council, cancel);
            return council;
        }
        catch
        {
            File.Delete(target);
            File.Delete(cardFile);
            throw;
        }
    }

    /// <summary>
    /// Writes a member's card anew, with its calibration, and seals the folder: a council that nobody fitted takes the
    /// calibration's temperature and thresholds.
    /// </summary>
    internal static async Task CalibrateAsync(string folder, string name, ForeignCard card, CancellationToken cancel)
    {
        var council = Council.Read(folder);
        card.Write(Path.Combine(folder, ForeignCard.FileOf(name)));
        await ModelsFolder.SealAsync(
            folder,
            council.Data.Length > 0
                ? council
                : Council.CreateEqual([
                    .. council.Members.Select(member => ModelsFolder.ReadCandidate(folder, member.Name)),
                ]),
            cancel
        );
    }

    [GeneratedRegex("^[A-Za-z0-9_-]+$")]
    private static partial Regex FileName();
}
