using Argus.Metrics;
using Xunit;

namespace Argus.Tests.Metrics;

public sealed class BootstrapTests
{
    [Fact]
    public void The_interval_leaves_a_fortieth_at_each_end()
    {
        var interval = Interval.Compute(Enumerable.Range(0, 1000).Reverse().Select(value => (double)value));
        Assert.Equal(new Interval(25, 975), interval);
    }

    // Davison and Hinkley (1997), 4.2.5: (1 + the rounds that say the opposite) / (1 + all), for both sides.
    [Fact]
    public void The_p_value_counts_the_rounds_that_say_the_opposite_for_both_sides()
    {
        double[] rounds = [.. Enumerable.Range(0, 99).Select(round => round < 4 ? -0.1 : 0.2)];
        Assert.Equal(2 * 5 / 100.0, PairedDifference.Compute(0.1, rounds, videos: 10).PValue, 1e-12);
        Assert.Equal(1, PairedDifference.Compute(0, [-1, 1], videos: 10).PValue);
    }

    [Fact]
    public void The_median_of_an_even_number_lies_between_the_middle_ones()
    {
        Assert.Equal(2.5, Median.Compute([10, 1, 3, 2]));
        Assert.Equal(3, Median.Compute([10, 3, 2]));
    }
}
