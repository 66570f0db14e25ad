using Argus.Detection;
using Argus.Recipes;
using Argus.Tests;
using Argus.Training.Export;
using Argus.Training.Recipes;
using Xunit;

namespace Argus.Training.Tests.Export;

public class ModelMetadataTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[1,")]
    [InlineData("{}")]
    [InlineData("[0.25,-0.5]")]
    public void A_model_without_golden_logits_or_with_another_input_than_its_recipe_s_is_refused(string? golden)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        WriteModel(folder["a.onnx"], golden is null ? [] : new() { [ModelMetadata.Golden] = golden });
        using var model = SpecialistModelFile.Load(folder["a.onnx"]);
        var error = Assert.Throws<ArgusException>(() => model.Check());
        var expected = golden == "[0.25,-0.5]" ? "no model of the recipe" : "golden input";
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    // ONNX Runtime's wrapper ends the name at the zero and finds no value for it.
    [Fact]
    public void Metadata_that_the_runtime_stumbles_over_are_refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        WriteModel(folder["a.onnx"], new() { ["a\0b"] = "c" });
        var error = Assert.Throws<ArgusException>(() => SpecialistModelFile.Load(folder["a.onnx"]));
        Assert.Contains("what it says of itself", error.Message, StringComparison.Ordinal);
    }

    // The smallest file that is loaded as a specialist's.
    private static void WriteModel(string path, Dictionary<string, string> metadata)
    {
        var library = RecipeLibrary.Default;
        metadata[ModelMetadata.Recipe] = RecipeJson.Write(library.Load(library.Find("rr/1"), "smoke", []).Recipe);
        var graph = new OnnxGraph("smallest");
        graph.Optional(SpecialistModelFile.CellsWanted, 0);
        graph.Output("logits", graph.Input("rgb", "clips", 2), "clips", 2);
        graph.Write(path, "1", metadata);
    }
}
