using System.Text;
using Argus.Data.Datasets;
using Argus.Detection;
using Argus.Provenance;
using Argus.Tests.Provenance;
using Argus.Training.Export;
using Argus.Training.Recipes;
using Argus.Web;
using Argus.Web.Http;
using Argus.Web.Outbound;
using Argus.Web.Queue;
using Microsoft.AspNetCore.Http;

namespace Argus.Benchmarks.Fuzzing;

/// <summary>Readers of lists, cards, protocols and reports that others wrote.</summary>
internal static class FuzzLists
{
    private const string Card = """
        title: "Two numbers"
        source: "https://example.org/two"
        licence: "MIT"
        input:
          size: 32
          mean: [0.5, 0.5, 0.5]
          std: [0.5, 0.25, 0.5]
        output:
          fake: 1
        """;

    /// <summary>Creates the readers.</summary>
    /// <param name="corpus">Valid files of every kind.</param>
    public static IEnumerable<FuzzReader> Create(FuzzCorpus corpus) =>
        [.. OfDatasets(corpus), .. OfDetectors(corpus), .. OfEvidence(corpus), .. OfService(corpus)];

    private static IEnumerable<FuzzReader> OfDatasets(FuzzCorpus corpus)
    {
        foreach (
            var (name, layout, file, video, text) in new[]
            {
                (
                    "DFDC preview's list",
                    "dfdcp",
                    "dataset.json",
                    "method_A/1/1_2.mp4",
                    """{"method_A/1/1_2.mp4": {"label": "fake", "set": "train", "target_id": 1, "swapped_id": "2"}}"""
                ),
                ("DFDC test's labels", "dfdctest", "labels.csv", "aa.mp4", "filename,label\naa.mp4,1\n\"b,b.mp4\",0\n"),
                (
                    "FakeAVCeleb's list",
                    "fakeavceleb",
                    "meta_data.csv",
                    "RealVideo-RealAudio/African/men/id1/1.mp4",
                    "source,target1,target2,method,category,type,race,gender,path,\n"
                        + "id1,-,-,real,A,RealVideo-RealAudio,African,men,1.mp4,"
                        + "FakeAVCeleb/RealVideo-RealAudio/African/men/id1\n"
                ),
                (
                    "DeepfakeBench's JSON",
                    "deepfakebench",
                    "a.json",
                    "frames/1/0.png",
                    """{"D": {"D_real": {"train": {"1": {"label": "D_real", "frames": ["./x\\frames\\1\\0.png"]}}}}}"""
                ),
            }
        )
        {
            var folder = corpus[$"fuzz-{layout}"];
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, video))!);
            File.WriteAllBytes(Path.Combine(folder, video), []);
            yield return new(
                name,
                Path.Combine(folder, file),
                [Encoding.UTF8.GetBytes(text)],
                () => DatasetLayout.Find(layout).Read(folder, new DatasetOptions())
            );
        }
    }

    private static IEnumerable<FuzzReader> OfDetectors(FuzzCorpus corpus)
    {
        var yaml = corpus["fuzz-card.yaml"];
        yield return new("detector's card", yaml, [Encoding.UTF8.GetBytes(Card)], () => ForeignCardFile.Read(yaml));
        File.WriteAllText(yaml, Card);
        var json = corpus["fuzz.card.json"];
        ForeignCardFile.Read(yaml).Write(json);
        yield return new("card in a models folder", json, [File.ReadAllBytes(json)], () => ForeignCard.Read(json));
        var protocol = corpus["fuzz-protocol.yaml"];
        yield return new(
            "protocol",
            protocol,
            [File.ReadAllBytes(Path.Combine(ProtocolFile.Folder, "ffpp_c23_to_dfd.yaml"))],
            () => ProtocolFile.Read(protocol)
        );
    }

    private static IEnumerable<FuzzReader> OfEvidence(FuzzCorpus corpus)
    {
        var report = corpus["fuzz.argus.json"];
        ReportFile.Write(report, new Analysis("a.mp4", 1, 0.5, null, Verdict.Undecided, false, []), page: null);
        yield return new("report file", report, [File.ReadAllBytes(report)], () => ReportFile.Read(report));
        var log = corpus["fuzz-audit.jsonl"];
        var entry = new AuditEntry(1, 1700000000, "service", AuditEvent.Done, "a", null, "a.mp4", AuditEntry.Start);
        yield return new(
            "audit log",
            log,
            [Encoding.UTF8.GetBytes(entry.Seal().ToLine() + "\n")],
            () => AuditLog.CheckAsync(log, null).GetAwaiter().GetResult()
        );
        var manifest = corpus["fuzz-c2pa.jpg"];
        yield return new(
            "C2PA manifest",
            manifest,
            [new DrawnManifest().AddToJpeg(corpus.Read("picture.jpg"))],
            () => ProvenanceReader.Read(manifest)
        );
    }

    private static IEnumerable<FuzzReader> OfService(FuzzCorpus corpus)
    {
        var settings = corpus["fuzz-settings.json"];
        yield return new(
            "service settings",
            settings,
            [
                """
                {
                  // a comment
                  "max_megabytes": 100, "keep_hours": 1.5, "require_key": true, "log": "json",
                  "proxy": ["10.0.0.5", "10.1.0.0/16"], "url": "http://127.0.0.1:8080",
                }
                """u8.ToArray(),
            ],
            () => ServeSettings.Create(_ => null, _ => null, settings).Check()
        );
        var addresses = corpus["fuzz-addresses.json"];
        yield return new(
            "addresses of a batch",
            addresses,
            [
                """
                {"urls": ["https://media.example.org/a.mp4", "https://media.example.org/b.mp4?x=\u00e4"]}
                """u8.ToArray(),
            ],
            () => ReadAddresses(File.ReadAllBytes(addresses))
        );
    }

    private static void ReadAddresses(byte[] body)
    {
        var http = new DefaultHttpContext();
        http.Request.ContentType = "application/json";
        http.Request.Body = new MemoryStream(body);
        var guard = new OutboundGuard("--fetch-host", ["*.example.org"], []);
        foreach (
            var address in UrlBody.ReadManyAsync(http.Request, 100, CancellationToken.None).GetAwaiter().GetResult()
        )
        {
            try
            {
                guard.Parse(address);
            }
            catch (Exception error) when (error is RefusedAddressException or UriFormatException)
            {
                throw new RefusedUploadException(StatusCodes.Status400BadRequest, error.Message);
            }
        }
    }
}
