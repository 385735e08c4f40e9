using ShmWifi.Lab;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Support;

/// <summary>Radios that count what they send and receive, and frames of <see cref="RelayFrame"/> among them.</summary>
internal sealed unsafe partial class SimulatedGuest
{
    private readonly List<SimulatedRadio> _radios = [];
    private ulong _answered;

    /// <summary>Those of <see cref="AddStation"/>.</summary>
    public IReadOnlyList<SimulatedRadio> Radios => _radios;

    /// <summary>Attaches to a daemon, and its service starts with radios phy0, phy1, ….</summary>
    /// <param name="stations">Numbers of the stations of <see cref="RelayFrame"/> that the radios are.</param>
    /// <exception cref="LabException">The daemon refused it.</exception>
    public static SimulatedGuest Attach(string socket, params ReadOnlySpan<byte> stations)
    {
        var guest = Connect(socket);
        try
        {
            if (guest.IsRefused)
                throw new LabException($"the daemon at {socket} refused a VM; its output tells why");
            guest.Hello();
            foreach (byte station in stations)
                guest.AddStation(station);
            return guest;
        }
        catch
        {
            guest.Dispose();
            throw;
        }
    }

    /// <summary>Adds a radio.</summary>
    /// <param name="station">Which station of <see cref="RelayFrame"/> it is.</param>
    public SimulatedRadio AddStation(byte station)
    {
        var radio = new SimulatedRadio(this, (ushort)_radios.Count, station);
        AddRadio(radio.Number, RelayFrame.AddressOf(station));
        _radios.Add(radio);
        return radio;
    }

    /// <summary>Takes all that came, and has the radios count it.</summary>
    /// <exception cref="LabException">The daemon faulted it.</exception>
    public bool CountReceived()
    {
        uint ready = Port.Rx.CountReady();
        if (ready == 0)
            return Port.State == PortState.Attached ? false : throw new LabException($"shm-medium faulted a VM: {Port.Fault}");
        ulong now = (ulong)MonotonicClock.NowNs;
        for (uint i = 0; i < ready; i++)
        {
            uint index = Port.Rx.Taken + i;
            var descriptor = Port.ReadDescriptor(index);
            if (descriptor.Kind == RingKind.ClockSync)
                _answered = descriptor.Cookie;
            if (descriptor.Radio >= _radios.Count)
                continue;
            if (descriptor.Kind == RingKind.TxStatus)
                _radios[descriptor.Radio].CountStatus(in descriptor);
            else if (descriptor.Kind == RingKind.Frame)
            {
                _radios[descriptor.Radio].CountFrame(in descriptor, Region.Address + descriptor.Offset, now);
                Port.SetInjected(index, now);
            }
        }
        Port.Rx.Take(ready);
        Release(ready);
        return true;
    }

    /// <summary>Waits, without sleep, until the daemon has processed all that it was given, and has the radios count the result.</summary>
    /// <exception cref="LabException">The daemon does not answer.</exception>
    public void Synchronise()
    {
        ulong cookie = SyncCookie + ++_syncs;
        Send(RingKind.ClockSync, 0, cookie: cookie);
        long start = MonotonicClock.NowNs;
        while (_answered != cookie)
        {
            if (CountReceived())
                continue;
            Deadline.Check(start, "the answer to clock exchange", (long)_syncs);
            Thread.Yield();
        }
    }
}
