using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Models;

/// <summary>
/// A module whose parts are named by its constructor alone; TorchSharp would add every field under its C# name.
/// </summary>
internal abstract class Layer(string name) : nn.Module<Tensor, Tensor>(name)
{
    protected override void RegisterComponents() { }
}
