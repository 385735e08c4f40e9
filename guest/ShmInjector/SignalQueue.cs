using System.Runtime.InteropServices;
using ShmWifi.Hwsim;
using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Injector;

/// <summary>Signals, for a thread that sleeps in poll.</summary>
internal sealed unsafe class SignalQueue : IControlSource, IDisposable
{
    private const PosixSignal SIGUSR1 = (PosixSignal)10;

    private readonly PosixSignalRegistration[] _registrations;
    private bool _isStopWanted;
    private bool _isReportWanted;

    /// <summary>Takes SIGINT, SIGTERM and SIGUSR1 over.</summary>
    public SignalQueue()
    {
        Descriptor = LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "make an eventfd");
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
    public int Descriptor { get; }

    /// <inheritdoc/>
    public bool IsStopWanted => Volatile.Read(ref _isStopWanted);

    /// <inheritdoc/>
    public void Answer()
    {
        ulong count;
        _ = read(Descriptor, &count, sizeof(ulong)); // nothing there: the flags tell
        if (Interlocked.Exchange(ref _isReportWanted, false))
            Report?.Invoke();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _ = close(Descriptor);
    }

    private void Take(PosixSignalContext context, ref bool flag)
    {
        context.Cancel = true; // we end in order, not at once
        Volatile.Write(ref flag, true);
        ulong one = 1;
        _ = write(Descriptor, &one, sizeof(ulong));
    }
}
