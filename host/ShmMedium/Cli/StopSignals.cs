using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.Cli;

/// <summary>SIGINT and SIGTERM, however many come: they are the wish to stop in order, and end nothing by themselves.</summary>
/// <remarks>A SIGINT that was inherited as ignored stays so: a daemon in a script's background or under nohup is not for its terminal's Ctrl-C to
/// end.</remarks>
internal sealed class StopSignals : IDisposable
{
    private readonly ManualResetEventSlim _stopped = new();
    private readonly PosixSignalRegistration _interrupt, _terminate;

    /// <summary>From now on.</summary>
    public StopSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    /// <summary>Stops without a signal.</summary>
    public void Stop() => _stopped.Set();

    /// <summary>Waits for the wish.</summary>
    /// <returns>False: it did not come within the limit.</returns>
    public bool Wait(TimeSpan limit) => _stopped.Wait(limit);

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _stopped.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        Stop();
    }
}
