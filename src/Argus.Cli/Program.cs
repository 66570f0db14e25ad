using Argus.Training.Native;
using TorchSharp;
LibTorch.Load();
Console.WriteLine(LibTorch.Route);
using var x = torch.rand(3, 3);
Console.WriteLine(x.matmul(x).sum().item<float>());
Console.WriteLine(string.Join("\n", File.ReadLines("/proc/self/maps").Where(l => l.Contains("orch")).Select(l => l.Split(' ')[^1]).Distinct()));
return 0;
