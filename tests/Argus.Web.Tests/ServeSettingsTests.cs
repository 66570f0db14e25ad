using Argus.Tests;
using Xunit;

namespace Argus.Web.Tests;

/// <summary>Where the service's settings come from, and what is refused.</summary>
public class ServeSettingsTests
{
    [Fact]
    public void The_command_line_counts_before_the_environment_and_that_before_the_file()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write(
            "argus.json",
            """
            {
              // megabytes of an upload
              "max_megabytes": 1, "workers": 1, "keep_hours": 1.5,
              "proxy": ["10.0.0.5", "10.1.0.0/16"], "require_key": true,
            }
            """
        );
        var variables = new Dictionary<string, string> { ["ARGUS_MAX_MEGABYTES"] = "2", ["ARGUS_WORKERS"] = "2" };
        var options = ServeSettings.Create(
            setting => setting.Option == "--workers" ? 3 : null,
            variables.GetValueOrDefault,
            file
        );
        Assert.Equal((3, 2, 1.5), (options.Workers, options.LargestMegabytes, options.KeepHours));
        Assert.Equal(["10.0.0.5", "10.1.0.0/16"], options.Proxies);
        Assert.True(options.RequireKey);
        Assert.Equal(new ServeOptions().Urls, options.Urls);
        options.Check();
    }

    [Fact]
    public void Every_setting_is_read_from_everywhere()
    {
        Assert.All(
            ServeSettings.All,
            setting =>
            {
                var text = setting.Default switch
                {
                    bool => "true",
                    int or double => "7",
                    _ => "some,text",
                };
                using var folder = new TemporaryFolder();
                var file = folder.Write("argus.json", $"{{\"{setting.Key}\": \"{text}\"}}");
                object? Value(ServeOptions options) =>
                    typeof(ServeOptions)
                        .GetProperties()
                        .Where(property => property.IsDefined(typeof(SettingAttribute), false))
                        .Select(property => property.GetValue(options))
                        .ToList();
                var filed = ServeSettings.Create(_ => null, _ => null, file);
                var told = ServeSettings.Create(_ => null, name => name == setting.Variable ? text : null, null);
                Assert.Equal(Value(told), Value(filed));
                Assert.NotEqual(Value(new ServeOptions()), Value(told));
            }
        );
    }

    [Theory]
    [InlineData("ARGUS_WORKERS", "many", "ARGUS_WORKERS is 'many'; give a whole number.")]
    [InlineData("ARGUS_KEEP_HOURS", "1,5", "ARGUS_KEEP_HOURS is '1,5'; give a number.")]
    [InlineData("ARGUS_REQUIRE_KEY", "yes", "ARGUS_REQUIRE_KEY is 'yes'; give true or false.")]
    public void A_variable_that_is_none_of_its_kind_is_refused(string variable, string value, string expected) =>
        Assert.Equal(
            expected,
            Assert
                .Throws<RequestException>(() =>
                    ServeSettings.Create(_ => null, name => name == variable ? value : null, null)
                )
                .Message
        );

    [Theory]
    [InlineData("""{"worker": 1}""", "there is no setting 'worker'. Choose ")]
    [InlineData("""{"workers": 1, "workers": 2}""", "is no settings file")]
    [InlineData("""{"workers": }""", "is no settings file")]
    [InlineData("[]", "is no settings file")]
    [InlineData("""{"log": "xml"}""", "--log xml is not known. Choose")]
    [InlineData("""{"drain_seconds": -1}""", "--drain-seconds -1 makes no sense; give a number from 0 to 100000")]
    [InlineData("""{"url": "https://a"}""", "the service has no certificate")]
    public void A_file_with_something_else_is_refused(string json, string expected)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("argus.json", json);
        var error = Assert.Throws<RequestException>(() => ServeSettings.Create(_ => null, _ => null, file).Check());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
