using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Argus.Tests;
using Argus.Training.Checkpoints;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Checkpoints;

public class SafeTensorsTests
{
    [Fact]
    public void An_end_beyond_all_numbers_is_refused_before_memory_is_taken()
    {
        using var folder = new TemporaryFolder();
        var header = """{"a":{"dtype":"I64","shape":[1152921504606846975],"data_offsets":[0,9223372036854775800]}}""";
        File.WriteAllBytes(
            folder["a.safetensors"],
            [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header)]
        );
        var error = Assert.Throws<ArgusException>(() => SafeTensors.Read(folder["a.safetensors"]));
        Assert.Contains("should have 9223372036854775800 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_cut_or_goes_on_is_not_whole()
    {
        using var folder = new TemporaryFolder();
        using var weight = TorchSharp.torch.zeros(4);
        SafeTensors.Write(folder["a.safetensors"], [("weight", weight)]);
        Assert.True(SafeTensors.IsWhole(folder["a.safetensors"]));
        var whole = File.ReadAllBytes(folder["a.safetensors"]);
        foreach (var other in new byte[][] { whole[..^1], [.. whole, 0], whole[..20], whole[..7], [] })
        {
            File.WriteAllBytes(folder["a.safetensors"], other);
            Assert.False(SafeTensors.IsWhole(folder["a.safetensors"]));
        }
        Assert.False(SafeTensors.IsWhole(folder["missing"]));
    }

    [Fact]
    public void A_header_that_claims_more_than_there_is_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.safetensors"], [.. BitConverter.GetBytes(40L), .. "{}"u8]);
        var error = Assert.Throws<ArgusException>(() => SafeTensors.Read(folder["a.safetensors"]));
        Assert.Contains("claims 40 bytes", error.Message, StringComparison.Ordinal);
    }

    // huggingface/safetensors, "Format": N (8 bytes, little-endian), N bytes of JSON beginning with '{' and perhaps
    // padded with spaces, then a buffer that data_offsets (relative to it) cover without holes; row-major,
    // little-endian.
    [Fact]
    public void A_written_file_follows_the_published_format()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafeTensors.Write(folder["a"], Sample(), new Dictionary<string, string> { ["format"] = "pt" });
        var bytes = File.ReadAllBytes(folder["a"]);
        var length = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        var json = Encoding.UTF8.GetString(bytes, 8, (int)length);
        Assert.StartsWith("{", json);
        Assert.EndsWith("}", json.TrimEnd(' '));
        var header = JsonDocument.Parse(json).RootElement;
        Assert.Equal("pt", header.GetProperty("__metadata__").GetProperty("format").GetString());
        var sizes = new Dictionary<string, int>
        {
            ["F32"] = 4,
            ["I64"] = 8,
            ["BF16"] = 2,
            ["F16"] = 2,
            ["BOOL"] = 1,
        };
        long end = 0;
        foreach (
            var entry in header
                .EnumerateObject()
                .Where(e => e.Name != "__metadata__")
                .OrderBy(e => e.Value.GetProperty("data_offsets")[0].GetInt64())
        )
        {
            var from = entry.Value.GetProperty("data_offsets")[0].GetInt64();
            var to = entry.Value.GetProperty("data_offsets")[1].GetInt64();
            var size = sizes[entry.Value.GetProperty("dtype").GetString()!];
            Assert.Equal(end, from);
            Assert.Equal(0, from % size);
            Assert.Equal(
                entry
                    .Value.GetProperty("shape")
                    .EnumerateArray()
                    .Aggregate((long)size, (product, side) => product * side.GetInt64()),
                to - from
            );
            end = to;
        }
        Assert.Equal(bytes.Length, 8 + length + end);
        Assert.Equal(
            1.5f,
            BinaryPrimitives.ReadSingleLittleEndian(
                bytes.AsSpan(
                    8 + (int)length + (int)header.GetProperty("layer.weight").GetProperty("data_offsets")[0].GetInt64()
                )
            )
        );
    }

    [Fact]
    public void What_was_written_reads_back_whatever_its_type_and_layout()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafeTensors.Write(folder["a"], Sample());
        var read = SafeTensors.Read(folder["a"]);
        foreach (var (name, tensor) in Sample())
        {
            Assert.Equal(tensor.dtype, read[name].dtype);
            Assert.True(tensor.equal(read[name]).all().item<bool>(), name);
        }
        foreach (var tensor in read.Values)
            tensor.Dispose();
    }

    [Fact]
    public void A_file_from_elsewhere_is_read()
    {
        using var folder = new TemporaryFolder();
        var json = Encoding.UTF8.GetBytes(
            """{"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"by":"someone"}}   """
        );
        File.WriteAllBytes(
            folder["a"],
            [
                .. BitConverter.GetBytes((long)json.Length),
                .. json,
                .. BitConverter.GetBytes(1f),
                .. BitConverter.GetBytes(-2f),
            ]
        );
        using var tensor = SafeTensors.Read(folder["a"])["b"];
        Assert.Equal([1f, -2f], tensor.data<float>().ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("0xffffffffffffffff")]
    [InlineData("{\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}")]
    [InlineData("{\"b\":{\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]}}")]
    [InlineData("{\"b\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}")]
    [InlineData("{\"b\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}")]
    [InlineData("{\"b\":{\"dtype\":\"F32\"}}")]
    [InlineData("[1,2]")]
    [InlineData("not json")]
    public void A_damaged_file_is_refused_with_its_name(string content)
    {
        using var folder = new TemporaryFolder();
        var json = Encoding.UTF8.GetBytes(content);
        byte[] file = content switch
        {
            "" or "short" => json,
            "0xffffffffffffffff" => [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. json],
            _ => [.. BitConverter.GetBytes((long)json.Length), .. json, 0, 0, 0, 0],
        };
        File.WriteAllBytes(folder["broken.safetensors"], file);
        var error = Assert.ThrowsAny<ArgusException>(() => SafeTensors.Read(folder["broken.safetensors"]));
        Assert.Contains("broken.safetensors", error.Message, StringComparison.Ordinal);
    }

    private static List<(string, TorchSharp.torch.Tensor)> Sample() =>
        [
            ("flag", tensor(true)),
            ("layer.weight", full([3, 5], 1.5f)),
            ("count", tensor(7L)),
            ("half", ones(3).to(ScalarType.BFloat16)),
            ("turned", arange(24, ScalarType.Float32).view(2, 3, 2, 2).permute(0, 2, 3, 1)),
        ];
}
