using Argus.Recipes;
using Argus.Specialists;
using Argus.Training.Models;
using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Runs;

/// <summary>Builds the model that a recipe describes; initial weights follow from its seed.</summary>
public static class ModelFactory
{
    public static SpecialistModel Create(Recipe recipe)
    {
        LibTorch.Load();
        random.manual_seed(recipe.Seed);
        return new SpecialistModel(
            Specialist.Find(recipe.Specialist),
            new ModelOptions
            {
                Backbone = recipe.Backbone.Name,
                StochasticDepth = recipe.Backbone.StochasticDepth,
                FrozenBackbone = recipe.Backbone.Frozen,
                OwnViews = recipe.Model.Views == ViewSource.Own,
                Dropout = recipe.Model.Dropout,
                AttentionDropout = recipe.Model.AttentionDropout,
                Projection = recipe.Model.Projection,
                MixStyle = recipe.Model.MixStyle,
                Format = recipe.Train.ChannelsLast ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous,
            }
        );
    }
}
