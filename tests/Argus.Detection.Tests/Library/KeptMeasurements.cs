using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Argus.Detection.Tests.Library;

/// <summary>What the meter of detection measured since.</summary>
internal sealed class KeptMeasurements : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentQueue<(string Name, KeyValuePair<string, object?> Tag)> tags = [];

    public KeptMeasurements()
    {
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == DetectionTelemetry.Name)
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>(
            (instrument, _, given, _) =>
            {
                foreach (var tag in given)
                    tags.Enqueue((instrument.Name, tag));
            }
        );
        listener.Start();
    }

    public IEnumerable<KeyValuePair<string, object?>> Tags(string instrument) =>
        tags.Where(entry => entry.Name == instrument).Select(entry => entry.Tag);

    public void Dispose() => listener.Dispose();
}
