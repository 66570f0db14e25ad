using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Argus.Metrics;
using Argus.Scores;
using Argus.Tests;
using Xunit;

namespace Argus.Detection.Tests;

/// <summary>Reports that are kept, signed and compared.</summary>
public sealed class ReportFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Report => folder["clip" + ReportFile.Extension];

    [Fact]
    public void What_is_written_is_read()
    {
        ReportFile.Write(Report, Example(), "the page");
        var read = ReportFile.Read(Report);
        Assert.Equal(Agreement.Equal, ReportVerification.Compare(Example(), read.Analysis).Agreement);
        Assert.Equal(Example().Case, read.Analysis.Case);
        Assert.True(read.IsPage("the page"));
        Assert.False(read.IsPage("the pagf"));
    }

    [Fact]
    public void Every_bit_that_is_changed_is_found()
    {
        ReportFile.Write(Report, Example(), "the page");
        var bytes = File.ReadAllBytes(Report);
        for (var i = 0; i < bytes.Length - 1; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[i] ^= (byte)(1 << (i % 8));
            if (SaysTheSame(bytes, changed))
                continue;
            File.WriteAllBytes(Report, changed);
            try
            {
                Assert.False(ReportFile.Read(Report).IsPage("the page"), $"byte {i}");
            }
            catch (ArgusException error)
            {
                Assert.Contains(Report, error.Message, StringComparison.Ordinal);
            }
        }
    }

    // An escaped letter may be written in two ways: \u002B is \u002b.
    private static bool SaysTheSame(byte[] one, byte[] other)
    {
        try
        {
            using var first = JsonDocument.Parse(one);
            using var second = JsonDocument.Parse(other);
            return JsonElement.DeepEquals(first.RootElement, second.RootElement);
        }
        // No JSON any more, or no UTF-8.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    [Fact]
    public void Other_files_and_other_versions_are_refused_with_a_word()
    {
        string Message(string text)
        {
            folder.Write("clip" + ReportFile.Extension, text);
            return Assert.ThrowsAny<ArgusException>(() => ReportFile.Read(Report)).Message;
        }
        ReportFile.Write(Report, Example(), null);
        var whole = File.ReadAllText(Report);
        Assert.Contains("version 7", Message(whole.Replace("\"version\": 1", "\"version\": 7")));
        Assert.Contains("is no report", Message("{}"));
        Assert.Contains("damaged", Message("no JSON"));
        Assert.Contains("damaged", Message(""));
        Assert.Contains(
            "damaged",
            Message("""{"format": "argus report", "version": 1, "analysis": {"a": "\ud800"}}""") // half a character
        );
        Assert.Contains("altered", Message("""{"format": "argus report", "version": 1, "analysis": {}}"""));
        Assert.Contains("altered", Message(whole.Replace("0.8612", "0.8613")));
        Assert.Contains(
            "There is no report",
            Assert.Throws<RequestException>(() => ReportFile.Read(folder["none"])).Message
        );
    }

    [Theory]
    [InlineData(0, Agreement.Equal)]
    [InlineData(0.00004, Agreement.WithinTolerance)]
    [InlineData(0.04, Agreement.Different)]
    public void The_fifth_digit_is_within_tolerance_and_the_second_is_not(double change, Agreement agreement)
    {
        var stored = Example() with { Probability = Example().Probability + change };
        var result = ReportVerification.Compare(stored, Example());
        Assert.Equal(agreement, result.Agreement);
        Assert.Equal(change == 0, result.Findings.Count == 0);
        Assert.All(result.Findings, finding => Assert.StartsWith("probability:", finding, StringComparison.Ordinal));
    }

    [Fact]
    public void Another_verdict_face_file_or_threshold_is_different_whatever_the_scores()
    {
        var example = Example();
        Analysis[] others =
        [
            example with
            {
                Verdict = Verdict.Real,
            },
            example with
            {
                Faces = [],
            },
            example with
            {
                Input = example.Input! with { Sha256 = "00" },
            },
            example with
            {
                Models = example.Models! with { ManifestSha256 = "00" },
            },
            example with
            {
                Coverage = example.Coverage! with { FramesJudged = 2 },
            },
            example with
            {
                Remarks = ["its sound was left out"],
            },
        ];
        Assert.All(
            others,
            other => Assert.Equal(Agreement.Different, ReportVerification.Compare(other, example).Agreement)
        );
        // When, where and for whom it was computed is not compared; that another program may differ is said.
        var elsewhere = ReportVerification.Compare(
            example with
            {
                Probability = example.Probability + 1e-5,
                Program = example.Program! with { Processor = "another" },
                FinishedAt = DateTimeOffset.UnixEpoch,
                Case = null,
            },
            example
        );
        Assert.Equal(Agreement.WithinTolerance, elsewhere.Agreement);
        Assert.Contains("another", elsewhere.Findings[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_fits_its_report_alone()
    {
        using var certificate = Create(DateTimeOffset.Now.AddDays(-1), DateTimeOffset.Now.AddDays(1));
        ReportFile.Write(Report, Example(), null);
        Assert.Null(ReportSignature.Read(Report));
        ReportSignature.Write(Report, certificate);
        var signature = ReportSignature.Read(Report)!;
        Assert.Equal("CN=An Examiner", signature.Subject);
        Assert.Equal(Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256)), signature.Thumbprint);
        Assert.InRange(signature.SignedAt!.Value, DateTimeOffset.Now.AddMinutes(-5), DateTimeOffset.Now.AddMinutes(1));
        Assert.Null(signature.FindExpiry(DateTimeOffset.Now));

        // A new report takes the old signature away; whoever keeps it beside one that is written anew, is found.
        var kept = File.ReadAllBytes(Report + ReportSignature.Extension);
        ReportFile.Write(Report, Example() with { Probability = 0.1 }, null);
        Assert.Null(ReportSignature.Read(Report));
        File.WriteAllBytes(Report + ReportSignature.Extension, kept);
        Assert.Contains("does not fit", Assert.Throws<ArgusException>(() => ReportSignature.Read(Report)).Message);
        File.WriteAllText(Report + ReportSignature.Extension, "no signature");
        Assert.Contains("is no signature", Assert.Throws<ArgusException>(() => ReportSignature.Read(Report)).Message);
    }

    [Fact]
    public void An_expired_certificate_cannot_sign_and_one_that_expired_since_is_said_to_have()
    {
        ReportFile.Write(Report, Example(), null);
        using var expired = Create(DateTimeOffset.Now.AddDays(-9), DateTimeOffset.Now.AddDays(-2));
        Assert.Contains(
            "is valid from",
            Assert.Throws<RequestException>(() => ReportSignature.Write(Report, expired)).Message
        );
        using var valid = Create(DateTimeOffset.Now.AddDays(-9), DateTimeOffset.Now.AddDays(2));
        ReportSignature.Write(Report, valid);
        var signature = ReportSignature.Read(Report)!;
        Assert.Contains("expired on", signature.FindExpiry(DateTimeOffset.Now.AddDays(3)));
        Assert.True(signature.IsValidAt(signature.SignedAt!.Value));
        var backdated = signature with { SignedAt = DateTimeOffset.Now.AddDays(-20) };
        Assert.Contains("was not valid when", backdated.FindExpiry(DateTimeOffset.Now));
    }

    private static X509Certificate2 Create(DateTimeOffset from, DateTimeOffset to)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=An Examiner", key, HashAlgorithmName.SHA256).CreateSelfSigned(from, to);
    }

    internal static Analysis Example()
    {
        var interval = new Interval(0.71, 0.93);
        TimelinePoint[] timeline =
        [
            new(0, 0, "rr", 0.8) { Frames = [new JudgedFrame(0, 0, 10, 12, 64, 64)] },
            new(1, 1, "rr", 0.92) { Frames = [new JudgedFrame(10, 1, 10, 12, 64, 64)] },
        ];
        SpecialistAnalysis[] specialists = [new("rr", "resolution mismatch", 0.8612, interval, 2, null, 1)];
        var face = new FaceAnalysis(0, false, 0, 2, 0.8612, interval, Verdict.Forged, specialists, timeline, []);
        var evaluation = new CouncilEvaluation("drawn", true, 20, 40, 1, 40, 21, 3);
        return new Analysis("clip.mp4", 2, 0.8612, interval, Verdict.Forged, true, [face])
        {
            LikelihoodRatio = new LikelihoodRatio(0.9, new Interval(0.6, 1.2), false),
            Evidence = ["weak support"],
            Input = new InputFile("ab", 1234, "mov", "h264", null, 320, 240, 20, 10, "", "", []),
            Coverage = new Coverage(20, 1, 0.1, []),
            Models = new ModelsRecord("cd", "drawn", 0.7, 0.1, "validation", evaluation, null, []),
            Program = new ProgramRecord("0.1", "10", "1", "4", "5", "Debian", "a processor"),
            StartedAt = DateTimeOffset.UnixEpoch,
            FinishedAt = DateTimeOffset.UnixEpoch,
            Case = new CaseRecord("7", "An Examiner", null, null),
        };
    }

    public void Dispose() => folder.Dispose();
}
