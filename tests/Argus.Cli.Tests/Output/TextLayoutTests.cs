using Argus.Cli.Output;
using Xunit;

namespace Argus.Cli.Tests.Output;

public class TextLayoutTests
{
    [Theory]
    [InlineData("a 12.5 b", "a 12.5 b")]
    [InlineData("  rr  0.123-0.987", "  rr|    0.123-0.987")]
    [InlineData("abc 123 456 789 012", "abc 123 456|  789 012")]
    [InlineData("/a/path/that/is/long 12", "/a/path/that/is/long|  12")]
    [InlineData("/a/path/that/is/long", "/a/path/that/is/long")]
    public void Lines_break_between_words(string text, string lines)
    {
        Assert.Equal(lines.Split('|'), TextLayout.Wrap(text, width: 12));
    }
}
