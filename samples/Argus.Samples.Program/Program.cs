// Judges files one after another: dotnet run -- clip.mp4 picture.jpg
using Argus.Detection;

using var cancel = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    cancel.Cancel();
};

// Without a models folder the starter judges, which comes with the package Argus.Models.Starter.
using var detector = await Detector.LoadAsync(cancel: cancel.Token);
await foreach (var (video, analysis, unreadable) in detector.AnalyzeManyAsync(args, cancel: cancel.Token))
{
    if (analysis is null)
    {
        Console.WriteLine($"{video}: cannot be judged: {unreadable}");
        continue;
    }
    Console.WriteLine($"{video}: {analysis.Verdict}, P(fake) {analysis.Probability:0.00}");
    foreach (var face in analysis.Faces)
        Console.WriteLine($"  {face.FromSeconds:0.0} to {face.ToSeconds:0.0} s: P(fake) {face.Probability:0.00}");
    foreach (var sentence in analysis.Evidence)
        Console.WriteLine($"  {sentence}");
}
