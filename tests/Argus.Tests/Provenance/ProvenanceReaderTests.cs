using System.Diagnostics;
using System.Text.Json;
using Argus.Provenance;
using OpenCvSharp;
using Xunit;

namespace Argus.Tests.Provenance;

public sealed class ProvenanceReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, int, int> Files =>
        new()
        {
            { "jpg", 1, 0 },
            { "jpg", 2, 0 },
            { "jpg", 2, 150_000 }, // three segments
            { "png", 2, 0 },
            { "mp4", 1, 0 },
            { "mp4", 2, 0 },
            { "mp4", 3, 0 },
        };

    [Theory, MemberData(nameof(Files))]
    public async Task What_a_manifest_says_is_read_and_its_hash_holds(string kind, int version, int filling)
    {
        var path = await WriteAsync(kind, new DrawnManifest { Version = version, Filling = filling });
        var manifest = ProvenanceReader.Read(path)!;
        Assert.Empty(manifest.Problems);
        Assert.Equal(("Drawn 1.5", "drawn", 1), (manifest.ClaimGenerator, manifest.Title, manifest.Manifests));
        Assert.Equal([new ProvenanceAction("c2pa.created", "Drawn 1.5", DrawnManifest.AiSource)], manifest.Actions);
        Assert.Equal([DrawnManifest.AiSource], manifest.DigitalSourceTypes);
        Assert.Equal((ContentBinding.Holds, ""), (manifest.Binding, manifest.BindingReason));
        Assert.True(manifest.HasSignature && manifest.SaysMadeByAi);
        Assert.Contains("made by AI", manifest.Sentences[0], StringComparison.Ordinal);
        Assert.Contains("were not judged", manifest.Sentences[^1], StringComparison.Ordinal);
    }

    [Theory, InlineData("jpg"), InlineData("png"), InlineData("mp4")]
    public async Task A_file_without_a_manifest_has_none(string kind)
    {
        Assert.Null(ProvenanceReader.Read(await WriteAsync(kind, null)));
        Assert.Null(ProvenanceReader.Read(folder.Write("text.jpg", "this is no picture")));
        Assert.Null(ProvenanceReader.Read(folder.Write("empty.png")));
    }

    [Fact]
    public async Task A_source_that_is_no_model_is_not_called_ai()
    {
        var camera = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture";
        var manifest = ProvenanceReader.Read(await WriteAsync("jpg", new DrawnManifest { SourceType = camera }))!;
        Assert.False(manifest.SaysMadeByAi);
        Assert.Equal([camera], manifest.DigitalSourceTypes);
        Assert.Contains("C2PA manifest", manifest.Sentences[0], StringComparison.Ordinal);
    }

    [Theory, InlineData("jpg"), InlineData("png"), InlineData("mp4")]
    public async Task One_bit_of_the_content_that_is_changed_breaks_the_binding(string kind)
    {
        var path = await WriteAsync(kind, new DrawnManifest());
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var store = bytes.AsSpan().IndexOf("jumb"u8);
        // In a JPEG and a PNG the content is behind the store, in the MP4 before it.
        var at = kind == "mp4" ? store / 2 : bytes.Length - 20;
        bytes[at] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        var manifest = ProvenanceReader.Read(path)!;
        Assert.Equal(ContentBinding.Broken, manifest.Binding);
        Assert.Contains(
            manifest.Sentences,
            sentence => sentence.Contains("was changed after", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_box_that_was_moved_breaks_the_binding_from_version_two_on()
    {
        foreach (var version in new[] { 1, 2 })
        {
            var path = await WriteAsync("mp4", new DrawnManifest { Version = version });
            var bytes = (await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken)).ToList();
            // ftyp is left out of the hash: eight more bytes of it move all that follows.
            var length = bytes[3];
            bytes[3] += 8;
            bytes.InsertRange(length, new byte[8]);
            await File.WriteAllBytesAsync(path, [.. bytes], TestContext.Current.CancellationToken);
            Assert.Equal(
                version == 1 ? ContentBinding.Holds : ContentBinding.Broken,
                ProvenanceReader.Read(path)!.Binding
            );
        }
    }

    [Fact]
    public async Task One_bit_of_an_assertion_that_is_changed_is_found()
    {
        var path = await WriteAsync("jpg", new DrawnManifest());
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var word = bytes.AsSpan().IndexOf("c2pa.created"u8);
        bytes[word + 11] ^= 1; // created becomes createe
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        var manifest = ProvenanceReader.Read(path)!;
        Assert.Contains("c2pa.actions.v2 was altered", Assert.Single(manifest.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ingredients_are_followed_and_a_circle_or_a_gap_is_said()
    {
        var chain = new DrawnManifest
        {
            Before = [("urn:a", "urn:gone")],
            Ingredient = "urn:a",
            SourceType = null,
        };
        var followed = ProvenanceReader.Read(await WriteAsync("jpg", chain))!;
        Assert.Equal((2, ContentBinding.Holds), (followed.Manifests, followed.Binding));
        Assert.Equal(["an ingredient"], followed.Ingredients);
        Assert.Contains("urn:gone of an ingredient, which is not there", Assert.Single(followed.Problems));

        var circle = new DrawnManifest { Before = [("urn:a", "urn:b"), ("urn:b", "urn:a")], Ingredient = "urn:a" };
        var round = ProvenanceReader.Read(await WriteAsync("jpg", circle))!;
        Assert.Contains("in a circle", Assert.Single(round.Problems), StringComparison.Ordinal);
        Assert.True(round.SaysMadeByAi);
    }

    [Fact]
    public void Damaged_and_hostile_manifests_get_a_word()
    {
        // In a PNG, whose chunk says how long the store is.
        string Problem(byte[] store, uint? length = null)
        {
            byte[] size = BitConverter.GetBytes(length ?? (uint)store.Length);
            Array.Reverse(size);
            File.WriteAllBytes(
                folder["hostile.png"],
                [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. size, .. "caBX"u8, .. store, 0, 0, 0, 0]
            );
            var manifest = ProvenanceReader.Read(folder["hostile.png"])!;
            Assert.Equal(ContentBinding.NotChecked, manifest.Binding);
            return Assert.Single(manifest.Problems);
        }
        byte[] Store(params byte[] inside) => DrawnManifest.Superbox("c2pa", "c2pa", inside);
        byte[] Claim(byte[] cbor) =>
            Store(
                DrawnManifest.Superbox(
                    "c2ma",
                    "urn:a",
                    DrawnManifest.Superbox("c2cl", "c2pa.claim.v2", DrawnManifest.Box("cbor", cbor))
                )
            );
        Assert.Contains("105 MB; more than 64 MB are not read", Problem(Store(), 105_000_000));
        Assert.Contains("cut off", Problem(Store(), 5000));
        Assert.Contains("its description", Problem(DrawnManifest.Box("jumb", DrawnManifest.Box("cbor", [0xA0]))));
        Assert.Contains("no manifest store", Problem(DrawnManifest.Superbox("c2as", "a", [])));
        Assert.Contains("store is empty", Problem(Store()));
        Assert.Contains("has no claim", Problem(Store(DrawnManifest.Superbox("c2ma", "urn:a", []))));
        Assert.Contains("CBOR is damaged", Problem(Claim([0x5B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])));
        Assert.Contains("nested more than 32", Problem(Claim([.. Enumerable.Repeat((byte)0x81, 5000), 0])));
        Assert.Contains("200000 values", Problem(Claim([0x9A, 0, 4, 0, 0, .. new byte[1 << 18]])));
        var broken = Claim([0xA0]);
        broken[3]--;
        Assert.Contains("bytes long, where", Problem(broken));
        var huge = (byte[])Claim([0xA0]).Clone();
        huge[0] = 0xFF;
        Assert.Contains("bytes long, where", Problem(huge));
        var deep = DrawnManifest.Superbox("c2as", "a", []);
        for (var i = 0; i < 40; i++)
            deep = DrawnManifest.Superbox("c2as", "a", deep);
        Assert.Contains("more than 16 deep", Problem(Store(deep)));
        Assert.Contains(
            "more than 10000 boxes",
            Problem(Store([.. Enumerable.Range(0, 11_000).SelectMany(_ => DrawnManifest.Box("free", []))]))
        );
    }

    [Fact]
    public async Task Files_that_are_cut_or_changed_anywhere_are_read_or_refused_with_a_word()
    {
        foreach (var kind in new[] { "jpg", "png", "mp4" })
        {
            var whole = await File.ReadAllBytesAsync(
                await WriteAsync(kind, new DrawnManifest { Before = [("urn:a", "urn:b")], Ingredient = "urn:a" }),
                TestContext.Current.CancellationToken
            );
            var random = KeyedRandom.Create("damage", kind);
            for (var i = 0; i < 600; i++)
            {
                var bytes = random.Chance(0.3) ? whole[..random.Next(whole.Length)] : (byte[])whole.Clone();
                for (var k = 0; k < 3 && bytes.Length > 0; k++)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                await File.WriteAllBytesAsync(folder["damaged"], bytes, TestContext.Current.CancellationToken);
                Assert.All(
                    ProvenanceReader.Read(folder["damaged"])?.Sentences ?? [],
                    sentence => Assert.NotEmpty(sentence)
                );
            }
        }
    }

    [Theory]
    [InlineData("jpg", 2, false)]
    [InlineData("jpg", 2, true)]
    [InlineData("png", 2, false)]
    [InlineData("png", 2, true)]
    [InlineData("mp4", 2, false)]
    [InlineData("mp4", 3, false)]
    [InlineData("mp4", 3, true)]
    public async Task Another_implementation_says_the_same(string kind, int version, bool altered)
    {
        var library = Environment.GetEnvironmentVariable("ARGUS_C2PA_TS");
        Assert.SkipWhen(library is null, "needs ARGUS_C2PA_TS: a folder in which npm installed @trustnxt/c2pa-ts");
        var path = await WriteAsync(kind, new DrawnManifest { Version = version });
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        // It reads HEIF, whose boxes are MP4's; the brand is not part of the hash.
        if (kind == "mp4")
            "heic"u8.CopyTo(bytes.AsSpan(8));
        if (altered)
        {
            bytes[kind == "mp4" ? bytes.AsSpan().IndexOf("jumb"u8) / 2 : bytes.Length - 20] ^= 1;
            bytes[bytes.AsSpan().IndexOf("c2pa.created"u8) + 11] ^= 1;
        }
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        var node = new ProcessStartInfo(
            "node",
            [Path.Combine(AppContext.BaseDirectory, "Provenance", "c2pa-ts.mjs"), library!, path]
        )
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(node)!;
        var other = JsonDocument.Parse(await process.StandardOutput.ReadToEndAsync()).RootElement[0];

        var own = ProvenanceReader.Read(path)!;
        Assert.Equal(other.GetProperty("generator").GetString(), own.ClaimGenerator);
        var action = other.GetProperty("actions")[0];
        Assert.Equal(
            (action[0].GetString(), action[1].GetString()),
            (own.Actions[0].Name, own.Actions[0].DigitalSourceType)
        );
        Assert.Equal(other.GetProperty("holds").GetBoolean(), own.Binding == ContentBinding.Holds);
        Assert.Equal(other.GetProperty("parts").EnumerateArray().Count(part => !part.GetBoolean()), own.Problems.Count);
        Assert.Equal(altered, own.Binding == ContentBinding.Broken);
    }

    private async Task<string> WriteAsync(string kind, DrawnManifest? manifest)
    {
        var path = folder[$"file.{kind}"];
        if (kind == "mp4")
            await Videos.MakeAsync(path);
        else
        {
            using var picture = new Mat(48, 64, MatType.CV_8UC3, new Scalar(20, 120, 220));
            picture.SaveImage(path);
        }
        if (manifest is null)
            return path;
        var plain = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(
            path,
            kind switch
            {
                "jpg" => manifest.AddToJpeg(plain),
                "png" => manifest.AddToPng(plain),
                _ => manifest.AddToMovie(plain),
            },
            TestContext.Current.CancellationToken
        );
        return path;
    }

    public void Dispose() => folder.Dispose();
}
