using System.CommandLine;
using System.Globalization;
using Xunit;

namespace Argus.Cli.Tests;

public class NumberOptionsTests
{
    [Theory]
    [InlineData("0.6", 0.6)]
    [InlineData("1e-3", 0.001)]
    [InlineData("-2", -2.0)]
    [InlineData(".5", 0.5)]
    [InlineData("0,6", null)]
    [InlineData("1,000", null)]
    [InlineData("1,000.5", null)]
    [InlineData("Infinity", null)]
    public void A_number_means_the_same_in_a_country_of_decimal_commas(string text, double? value)
    {
        var option = new Option<double>("--x");
        var result = ParseInGermany(option, text);
        Assert.Equal(value, result.Errors.Count > 0 ? null : result.GetValue(option));
    }

    [Theory]
    [InlineData("12", 12)]
    [InlineData("-3", -3)]
    [InlineData("1,000", null)]
    [InlineData("1.000", null)]
    [InlineData("1.0", null)]
    [InlineData("99999999999", null)]
    public void So_does_a_whole_number(string text, int? value)
    {
        var option = new Option<int>("--x");
        var result = ParseInGermany(option, text);
        Assert.Equal(value, result.Errors.Count > 0 ? null : result.GetValue(option));
        var optional = new Option<int?>("--x");
        result = ParseInGermany(optional, text);
        Assert.Equal(value, result.Errors.Count > 0 ? null : result.GetValue(optional));
    }

    [Fact]
    public void A_kind_of_number_that_nobody_reads_is_a_fault_at_once() =>
        Assert.Throws<InvalidOperationException>(() => ParseInGermany(new Option<float>("--x"), "1"));

    // As the command line is read: options of subcommands too.
    private static ParseResult ParseInGermany(Option option, string text)
    {
        var before = CultureInfo.CurrentCulture;
        var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        german.NumberFormat.NumberDecimalSeparator = ",";
        german.NumberFormat.NumberGroupSeparator = ".";
        CultureInfo.CurrentCulture = german;
        try
        {
            var root = new Command("argus") { new Command("sub") { option } };
            NumberOptions.ReadAlikeEverywhere(root);
            return root.Parse(["sub", "--x", text]);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
