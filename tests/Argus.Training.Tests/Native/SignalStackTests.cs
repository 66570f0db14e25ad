using Argus.Specialists;
using Argus.Training.Models;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Native;

public class SignalStackTests
{
    // Where the processor has AMX, bf16 uses it; without room for its registers the null reference ends the process.
    [Fact]
    public void A_null_reference_is_an_exception_on_a_thread_that_ran_a_model_in_bf16()
    {
        var caught = false;
        var thread = new Thread(() =>
        {
            using var scope = NewDisposeScope();
            using var none = no_grad();
            var model = new SpecialistModel(
                Specialist.Find("rr"),
                new ModelOptions { Backbone = "efficientnet_b0", Projection = 64 }
            );
            model.eval();
            model.Logits(randn(1, 3, 64, 64).to(ScalarType.BFloat16));
            try
            {
                _ = Environment.GetEnvironmentVariable("ARGUS_NOT_SET")!.Length;
            }
            catch (NullReferenceException)
            {
                caught = true;
            }
        });
        thread.Start();
        thread.Join();
        Assert.True(caught);
    }
}
