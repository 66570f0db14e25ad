namespace Argus.Web.Tests.Clients;

/// <summary>Keeps what it is told at once; .NET's own tells it a little later, from another thread.</summary>
internal sealed class ProgressList : IProgress<double>
{
    public List<double> Values { get; } = [];

    public void Report(double value) => Values.Add(value);
}
