using System.Text.Json;
using System.Text.Json.Nodes;
using Argus.Client;
using Xunit;

namespace Argus.Web.Tests.Clients;

/// <summary>How the client reads answers of older and newer services.</summary>
public class AnswerJsonTests
{
    private const string Oldest = """
        {
          "id": "a", "name": "b", "bytes": 5000000000, "sha256": "c", "duration_seconds": 1.5, "state": "done",
          "progress": 1, "before": null, "created_at": "2026-01-02T03:04:05+00:00", "started_at": null,
          "finished_at": null, "error": null, "verdict": "outside_scope", "probability": null, "keeps_original": false,
          "result": {
            "video": "b", "duration_seconds": 1.5, "probability": null, "interval": null, "verdict": "outside_scope",
            "calibrated": false, "faces": []
          }
        }
        """;

    [Fact]
    public void What_an_older_service_leaves_out_is_empty()
    {
        var analysis = Parse(JsonNode.Parse(Oldest)!);
        Assert.Equal((5_000_000_000, Verdict.OutsideScope), (analysis.Bytes, analysis.Verdict));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), analysis.CreatedAt);
        Assert.Empty(analysis.Result!.Evidence);
        Assert.Equal(0, analysis.Result.SchemaVersion);
        Assert.Null(analysis.Result.Models);
    }

    [Fact]
    public void What_a_newer_service_adds_is_passed_over_and_words_that_it_adds_are_unknown()
    {
        var newer = JsonNode.Parse(Oldest)!;
        newer["shade"] = new JsonObject { ["deep"] = true };
        newer["state"] = "paused";
        newer["verdict"] = "Forged";
        newer["result"]!["verdict"] = "nearly_real";
        newer["result"]!["provenance"] = JsonNode.Parse(
            """
            {
              "claim_generator": "", "title": null, "actions": [], "digital_source_types": [], "ingredients": [],
              "manifests": 1, "has_signature": true, "binding": "in_part", "binding_reason": "", "problems": []
            }
            """
        );
        var analysis = Parse(newer);
        Assert.Equal((AnalysisState.Unknown, Verdict.Unknown), (analysis.State, analysis.Verdict));
        Assert.Equal(Verdict.Unknown, analysis.Result!.Verdict);
        Assert.Equal(ContentBinding.Unknown, analysis.Result.Provenance!.Binding);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("state")]
    [InlineData("created_at")]
    public void An_answer_without_what_every_service_gives_is_refused(string member)
    {
        var without = JsonNode.Parse(Oldest)!.AsObject();
        without.Remove(member);
        Assert.Throws<JsonException>(() => Parse(without));
        var empty = JsonNode.Parse(Oldest)!;
        empty[member] = null;
        Assert.Throws<JsonException>(() => Parse(empty));
    }

    private static Analysis Parse(JsonNode json) =>
        JsonSerializer.Deserialize(json.ToJsonString(), AnswerJson.Default.Analysis)!;
}
