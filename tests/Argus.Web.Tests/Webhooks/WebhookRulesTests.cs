using System.Text;
using Argus.Web.Outbound;
using Argus.Web.Webhooks;
using Xunit;

namespace Argus.Web.Tests.Webhooks;

public class WebhookRulesTests
{
    [Fact]
    public void A_signature_is_that_of_the_specification()
    {
        // The example of the Standard Webhooks libraries.
        var signature = WebhookSignature.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;
        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            signature.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("{\"test\": 2432232314}"))
        );
    }

    [Theory]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_short")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa!!")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La")]
    public void What_is_no_secret_is_refused_and_not_repeated(string secret)
    {
        var error = Assert.Throws<RequestException>(() => new ServeOptions { WebhookSecret = secret }.Check());
        Assert.DoesNotContain(secret, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, $"{new ServeOptions { WebhookSecret = secret }}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/b", null, "--webhook-host a/b is no host")]
    [InlineData("a.example", null, "--webhook-host needs a secret")]
    [InlineData(null, "a.example", "--allow-private a.example is no host with a port")]
    [InlineData(null, "*.a.example:80", "is no host with a port")]
    public void A_setting_that_cannot_be_meant_is_refused(string? host, string? privatePort, string reason)
    {
        var options = new ServeOptions
        {
            WebhookHosts = host is null ? [] : [host],
            PrivatePorts = privatePort is null ? [] : [privatePort],
        };
        Assert.Contains(reason, Assert.Throws<RequestException>(options.Check).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Eight_attempts_from_seconds_to_an_hour_scattered_by_a_fifth()
    {
        var pauses = Enumerable.Range(1, 7).Select(attempt => WebhookSchedule.FindPause(attempt, 0.5)!.Value).ToList();
        Assert.Equal(pauses.Order(), pauses);
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromHours(1)), (pauses[0], pauses[^1]));
        Assert.Null(WebhookSchedule.FindPause(8, 0.5));
        Assert.Equal(TimeSpan.FromSeconds(1.6), WebhookSchedule.FindPause(1, 0));
        Assert.Equal(TimeSpan.FromSeconds(2.4), WebhookSchedule.FindPause(1, 1));
    }
}
