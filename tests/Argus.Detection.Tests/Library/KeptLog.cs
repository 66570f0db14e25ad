using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Argus.Detection.Tests.Library;

/// <summary>What was logged, to be looked at.</summary>
internal sealed class KeptLog : ILoggerProvider, ILogger
{
    public sealed record Line(int Event, LogLevel Level, string Text);

    public ConcurrentQueue<Line> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => Lines.Enqueue(new Line(eventId.Id, logLevel, formatter(state, exception)));

    public void Dispose() { }
}
