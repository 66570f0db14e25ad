using Xunit;
namespace Argus.Tests;
public class KeyedRandomTests
{
    [Fact]
    public void The_same_key_gives_the_same_stream()
        => Assert.Equal(Randomness.KeyedRandom.For("a", 1).NextUInt64(), Randomness.KeyedRandom.For("a", 1).NextUInt64());
}
