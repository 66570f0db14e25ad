using Argus.Training.Native;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Native;

public class NumberTests
{
    private const int Rounds = 20_000;

    // TorchSharp's own operators fail here within a few thousand rounds.
    [Fact]
    public void A_number_is_read_whole_however_often_the_collector_runs()
    {
        LibTorch.Load();
        using var done = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (var i = 0; i < Rounds; i++)
            {
                using var scope = NewDisposeScope();
                var x = ones(1);
                x.Count();
                Assert.Equal(3.5f, x.Plus(x).Plus(3).Times(2).Over(4).data<float>()[0]);
            }
        }
        finally
        {
            done.Cancel();
            collector.Join();
        }
    }

    [Fact]
    public void Each_computes_what_it_says()
    {
        LibTorch.Load();
        using var scope = NewDisposeScope();
        var x = tensor(new[] { -1f, 4f });
        float[] Of(Tensor y) => y.data<float>().ToArray();
        Assert.Equal([1, 16], Of(x.Power(2)));
        Assert.Equal([0.5f, 4], Of(x.AtLeast(0.5)));
        Assert.Equal([3, -12], Of(x.Scale(-3)));
        Assert.Equal([3, -12], Of(x));
        Assert.Equal([7, 7, 7], Of(Number.Filled(7, 3)));
    }
}
