using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>One thing that the group measures. Its relays run all the time, and sleep when others have their turn.</summary>
internal interface IRelayMeasurement : IDisposable
{
    /// <summary>What it measures.</summary>
    string Name { get; }

    /// <summary>Measures all relays in turns.</summary>
    void RunRound(CancellationToken cancellation);

    /// <summary>Tells what the rounds gave.</summary>
    void Report(Results results);
}
