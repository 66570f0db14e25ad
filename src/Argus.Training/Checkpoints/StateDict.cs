namespace Argus.Training.Checkpoints;

/// <summary>
/// Finds the state dict in what a project saved: the weights among epochs, optimizers and other things.
/// </summary>
internal static class StateDict
{
    // What projects keep weights under, the likelier first; averaged ones where there are no others.
    private static readonly string[] Places =
    [
        "model_state_dict",
        "state_dict",
        "model_state",
        "model",
        "net",
        "network",
        "weights",
        "params",
        "module",
        "backbone",
        "ema",
        "model_ema",
        "ema_state_dict",
        "state_dict_ema",
        "params_ema",
    ];

    /// <summary>The tensors by name, however deep they are; empty where there are none.</summary>
    /// <exception cref="ArgusException">The names of two parts are the same.</exception>
    public static Dictionary<string, PickledTensor> Find(Dictionary<object, object?> top)
    {
        var parts = top.Where(entry => entry.Key is string && entry.Value is Dictionary<object, object?>)
            .Select(entry => (Name: (string)entry.Key, State: (Dictionary<object, object?>)entry.Value!))
            .Where(part => HoldsTensors(part.State))
            .ToList();
        var isPart = parts.Where(part => part.Name != "backbone" || parts.Count == 1).ToList();
        if (Places.FirstOrDefault(place => isPart.Any(part => part.Name == place)) is { } known)
            return Find(isPart.First(part => part.Name == known).State);
        var own = top.Where(entry => entry.Key is string && entry.Value is PickledTensor)
            .ToDictionary(entry => (string)entry.Key, entry => (PickledTensor)entry.Value!);
        if (own.Count > 0 || parts.Count == 0)
            return own;
        if (parts.Count == 1)
            return Find(parts[0].State);
        // A backbone and a head, each with names of its own.
        return parts
            .SelectMany(part => Find(part.State).Select(entry => (Name: $"{part.Name}.{entry.Key}", entry.Value)))
            .ToDictionary(entry => entry.Name, entry => entry.Value);
    }

    // An optimizer's tensors are under numbers.
    private static bool HoldsTensors(Dictionary<object, object?> state) =>
        state.Any(entry =>
            entry.Key is string
            && (entry.Value is PickledTensor || entry.Value is Dictionary<object, object?> inner && HoldsTensors(inner))
        );
}
