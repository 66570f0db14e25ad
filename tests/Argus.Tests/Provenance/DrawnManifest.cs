using System.Buffers.Binary;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;

namespace Argus.Tests.Provenance;

/// <summary>Files with C2PA manifests that no program made: written box by box, without a real signature.</summary>
internal sealed class DrawnManifest
{
    public const string Label = "urn:uuid:11111111-2222-3333-4444-555555555555";
    public const string AiSource = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

    private const int MostOfSegment = 65_000;

    private static readonly byte[] BoxId = Convert.FromHexString("d8fec3d61b0e483c92975828877ec481");

    /// <summary>Of the action, as an address; null for none.</summary>
    public string? SourceType { get; init; } = AiSource;

    /// <summary>Version of the claim and of the assertions, 1 or 2.</summary>
    public int Version { get; init; } = 2;

    /// <summary>Manifests of ingredients before the file's own, by label, each with the one it names.</summary>
    public IReadOnlyList<(string Label, string Ingredient)> Before { get; init; } = [];

    /// <summary>The manifest that the file's own names as its ingredient; null for none.</summary>
    public string? Ingredient { get; init; }

    /// <summary>Bytes of zeros that make the store longer than a JPEG segment.</summary>
    public int Filling { get; init; }

    /// <summary>A JPEG with the manifest behind its first two bytes.</summary>
    public byte[] AddToJpeg(byte[] jpeg)
    {
        // The length of the store does not depend on what its hashes are.
        var length = Segments(Store("c2pa.hash.data", DataBinding(2, 0, new byte[32]))).Length;
        var hash = SHA256.HashData(jpeg);
        var store = Store("c2pa.hash.data", DataBinding(2, length, hash));
        return [.. jpeg[..2], .. Segments(store), .. jpeg[2..]];
    }

    /// <summary>A PNG with the manifest behind its header chunk.</summary>
    public byte[] AddToPng(byte[] png)
    {
        const int Header = 8 + 25; // signature and IHDR
        var length = Store("c2pa.hash.data", DataBinding(Header, 0, new byte[32])).Length + 12;
        var store = Store("c2pa.hash.data", DataBinding(Header, length, SHA256.HashData(png)));
        byte[] content = [.. "caBX"u8, .. store];
        return
        [
            .. png[..Header],
            .. BigEndian((uint)store.Length),
            .. content,
            .. BigEndian(System.IO.Hashing.Crc32.HashToUInt32(content)),
            .. png[Header..],
        ];
    }

    /// <summary>An MP4 with the manifest in a box at its end, where it moves nothing.</summary>
    public byte[] AddToMovie(byte[] movie)
    {
        var name = Version == 1 ? "c2pa.hash.bmff" : $"c2pa.hash.bmff.v{Version}";
        // All boxes but ftyp; from version 2 on each is preceded by its place.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var at = 0; at < movie.Length; )
        {
            var size = (int)BinaryPrimitives.ReadUInt32BigEndian(movie.AsSpan(at));
            if (!movie.AsSpan(at + 4, 4).SequenceEqual("ftyp"u8))
            {
                if (Version > 1)
                    hash.AppendData(BigEndian64(at));
                hash.AppendData(movie, at, size);
            }
            at += size;
        }
        var store = Store(name, MovieBinding(hash.GetHashAndReset()));
        byte[] content = [.. BoxId, 0, 0, 0, 0, .. "manifest\0"u8, .. BigEndian64(0), .. store];
        return [.. movie, .. BigEndian((uint)content.Length + 8), .. "uuid"u8, .. content];
    }

    /// <summary>The manifest store alone.</summary>
    public byte[] Store(string binding, byte[] bindingContent)
    {
        List<byte> manifests = [];
        foreach (var (label, ingredient) in Before)
            manifests.AddRange(Manifest(label, null, ingredient, "c2pa.hash.data", DataBinding(0, 1, new byte[32])));
        manifests.AddRange(Manifest(Label, SourceType, Ingredient, binding, bindingContent));
        return Superbox("c2pa", "c2pa", [.. manifests]);
    }

    private byte[] Manifest(string label, string? sourceType, string? ingredient, string binding, byte[] bindingContent)
    {
        var actions = Version == 1 ? "c2pa.actions" : "c2pa.actions.v2";
        List<(string Label, byte[] Box)> assertions =
        [
            (actions, Superbox("cbor", actions, Box("cbor", Actions(sourceType)))),
            (binding, Superbox("cbor", binding, Box("cbor", bindingContent))),
        ];
        if (ingredient is not null)
        {
            var name = Version == 1 ? "c2pa.ingredient" : "c2pa.ingredient.v3";
            assertions.Add((name, Superbox("cbor", name, Box("cbor", IngredientOf(ingredient)))));
        }
        return Superbox(
            "c2ma",
            label,
            [
                .. Superbox("c2as", "c2pa.assertions", [.. assertions.SelectMany(one => one.Box)]),
                .. Superbox(
                    "c2cl",
                    Version == 1 ? "c2pa.claim" : "c2pa.claim.v2",
                    Box("cbor", Claim(label, assertions))
                ),
                .. Superbox("c2cs", "c2pa.signature", Box("cbor", [0xD2, 0x84, 0x40, 0xA0, 0xF6, 0x40])),
                .. Filling > 0 ? Box("free", new byte[Filling]) : [],
            ]
        );
    }

    private byte[] Claim(string label, List<(string Label, byte[] Box)> assertions)
    {
        var cbor = new CborWriter();
        cbor.WriteStartMap(null);
        Text(cbor, "instanceID", "xmp:iid:1");
        Text(cbor, "alg", "sha256");
        Text(cbor, "dc:title", "drawn");
        Text(cbor, "signature", $"self#jumbf=/c2pa/{label}/c2pa.signature");
        cbor.WriteTextString("claim_generator_info");
        if (Version == 1)
            cbor.WriteStartArray(1);
        cbor.WriteStartMap(2);
        Text(cbor, "name", "Drawn");
        Text(cbor, "version", "1.5");
        cbor.WriteEndMap();
        if (Version == 1)
        {
            cbor.WriteEndArray();
            Text(cbor, "claim_generator", "Drawn/1.5");
            Text(cbor, "dc:format", "image/jpeg");
        }
        cbor.WriteTextString(Version == 1 ? "assertions" : "created_assertions");
        cbor.WriteStartArray(assertions.Count);
        foreach (var (name, box) in assertions)
        {
            cbor.WriteStartMap(2);
            Text(cbor, "url", $"self#jumbf=c2pa.assertions/{name}");
            cbor.WriteTextString("hash");
            cbor.WriteByteString(SHA256.HashData(box.AsSpan(8)));
            cbor.WriteEndMap();
        }
        cbor.WriteEndArray();
        cbor.WriteEndMap();
        return cbor.Encode();
    }

    private static byte[] Actions(string? sourceType)
    {
        var cbor = new CborWriter();
        cbor.WriteStartMap(1);
        cbor.WriteTextString("actions");
        cbor.WriteStartArray(1);
        cbor.WriteStartMap(null);
        Text(cbor, "action", "c2pa.created");
        Text(cbor, "softwareAgent", "Drawn 1.5");
        if (sourceType is not null)
            Text(cbor, "digitalSourceType", sourceType);
        cbor.WriteEndMap();
        cbor.WriteEndArray();
        cbor.WriteEndMap();
        return cbor.Encode();
    }

    private byte[] IngredientOf(string label)
    {
        var cbor = new CborWriter();
        cbor.WriteStartMap(null);
        Text(cbor, "dc:title", "an ingredient");
        Text(cbor, "relationship", "parentOf");
        cbor.WriteTextString(Version == 1 ? "c2pa_manifest" : "activeManifest");
        cbor.WriteStartMap(1);
        Text(cbor, "url", $"self#jumbf=/c2pa/{label}");
        cbor.WriteEndMap();
        cbor.WriteEndMap();
        return cbor.Encode();
    }

    public static byte[] DataBinding(int start, int length, byte[] hash)
    {
        var cbor = new CborWriter();
        cbor.WriteStartMap(5);
        cbor.WriteTextString("exclusions");
        cbor.WriteStartArray(1);
        cbor.WriteStartMap(2);
        cbor.WriteTextString("start");
        cbor.WriteInt32(start);
        cbor.WriteTextString("length");
        // In five bytes whatever its value, so that the store's length does not depend on it.
        cbor.WriteEncodedValue([0x1A, .. BigEndian((uint)length)]);
        cbor.WriteEndMap();
        cbor.WriteEndArray();
        Text(cbor, "name", "jumbf manifest");
        Text(cbor, "alg", "sha256");
        cbor.WriteTextString("hash");
        cbor.WriteByteString(hash);
        cbor.WriteTextString("pad");
        cbor.WriteByteString([]);
        cbor.WriteEndMap();
        return cbor.Encode();
    }

    private static byte[] MovieBinding(byte[] hash)
    {
        var cbor = new CborWriter();
        cbor.WriteStartMap(4);
        cbor.WriteTextString("exclusions");
        cbor.WriteStartArray(2);
        cbor.WriteStartMap(2);
        Text(cbor, "xpath", "/uuid");
        cbor.WriteTextString("data");
        cbor.WriteStartArray(1);
        cbor.WriteStartMap(2);
        cbor.WriteTextString("offset");
        cbor.WriteInt32(8);
        cbor.WriteTextString("value");
        cbor.WriteByteString(BoxId);
        cbor.WriteEndMap();
        cbor.WriteEndArray();
        cbor.WriteEndMap();
        cbor.WriteStartMap(1);
        Text(cbor, "xpath", "/ftyp");
        cbor.WriteEndMap();
        cbor.WriteEndArray();
        Text(cbor, "name", "jumbf manifest");
        Text(cbor, "alg", "sha256");
        cbor.WriteTextString("hash");
        cbor.WriteByteString(hash);
        cbor.WriteEndMap();
        return cbor.Encode();
    }

    private static void Text(CborWriter cbor, string name, string value)
    {
        cbor.WriteTextString(name);
        cbor.WriteTextString(value);
    }

    private static byte[] Segments(byte[] store)
    {
        List<byte> segments = [];
        var number = 1;
        for (var at = 0; at < store.Length; at += MostOfSegment, number++)
        {
            var part = store[at..Math.Min(store.Length, at + MostOfSegment)];
            byte[] header = number == 1 ? [] : store[..8];
            byte[] content = [.. "JP"u8, 0, 1, .. BigEndian((uint)number), .. header, .. part];
            segments.AddRange([0xFF, 0xEB, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content]);
        }
        return [.. segments];
    }

    public static byte[] Superbox(string kind, string label, byte[] inside)
    {
        byte[] type = [.. Encoding.Latin1.GetBytes(kind), .. Convert.FromHexString("00110010800000AA00389B71")];
        byte[] description = [.. type, 3, .. Encoding.UTF8.GetBytes(label), 0];
        return Box("jumb", [.. Box("jumd", description), .. inside]);
    }

    public static byte[] Box(string type, byte[] content) =>
        [.. BigEndian((uint)content.Length + 8), .. Encoding.Latin1.GetBytes(type), .. content];

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] BigEndian64(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
