using System.Runtime.InteropServices;
using ShmWifi.Hwsim;
using ShmWifi.Linux;

namespace ShmWifi.ShmInjector;

/// <summary>Signals, for a thread that sleeps in poll.</summary>
internal sealed class SignalQueue : IControlSource, IDisposable
{
    private const PosixSignal SIGUSR1 = (PosixSignal)10;

    private readonly EventFd _event = new();
    private readonly PosixSignalRegistration[] _registrations;
    private bool _isStopWanted;
    private bool _isReportWanted;

    /// <summary>Takes SIGINT, SIGTERM and SIGUSR1 over.</summary>
    public SignalQueue()
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Take(context, ref _isStopWanted)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Take(context, ref _isStopWanted)),
            PosixSignalRegistration.Create(SIGUSR1, context => Take(context, ref _isReportWanted)),
        ];
    }

    /// <summary>What SIGUSR1 asks for; called on the thread that sleeps.</summary>
    public Action? Report { get; set; }

    /// <inheritdoc/>
    public int Descriptor => _event.Descriptor;

    /// <inheritdoc/>
    public bool IsStopWanted => Volatile.Read(ref _isStopWanted);

    /// <inheritdoc/>
    public void Answer()
    {
        _ = _event.Drain(); // nothing there: the flags tell
        if (Interlocked.Exchange(ref _isReportWanted, false))
            Report?.Invoke();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _event.Dispose();
    }

    private void Take(PosixSignalContext context, ref bool flag)
    {
        context.Cancel = true; // we end in order, not at once
        Volatile.Write(ref flag, true);
        _event.Signal();
    }
}
