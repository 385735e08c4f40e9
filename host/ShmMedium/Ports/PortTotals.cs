using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmMedium.Ports;

/// <summary>Counters of ports, added up.</summary>
internal sealed class PortTotals
{
    private readonly ulong[] _host = new ulong[Abi.Counters];
    private readonly ulong[] _guest = new ulong[Abi.Counters];

    /// <summary>Those of no port.</summary>
    public static PortTotals None { get; } = new();

    /// <summary>Those of ports that another engine has served.</summary>
    public static PortTotals Of(ReadOnlySpan<ulong> host, ReadOnlySpan<ulong> guest)
    {
        var totals = new PortTotals();
        host.CopyTo(totals._host);
        guest.CopyTo(totals._guest);
        return totals;
    }

    /// <summary>Writes them down.</summary>
    public void CopyTo(Span<ulong> host, Span<ulong> guest)
    {
        _host.CopyTo(host);
        _guest.CopyTo(guest);
    }

    /// <summary>Why the host drops frames, as readings name it, and the counter.</summary>
    public static IReadOnlyList<(string Reason, HostCounter Counter)> Drops { get; } =
    [
        ("rxRingFull", HostCounter.DropRxRingFull),
        ("poolEmpty", HostCounter.DropPoolEmpty),
        ("txStatus", HostCounter.DropStatus),
        ("invalid", HostCounter.DropInvalid),
        ("mediumQueueFull", HostCounter.DropMediumQueueFull),
        ("transmitter", HostCounter.DropTransmitter),
    ];

    /// <summary>The same of who plays the guest's side of a vhost-user port: messages, of which statuses are not frames.</summary>
    public static IReadOnlyList<(string Reason, GuestCounter Counter)> GuestDrops { get; } = [("guestBuffer", GuestCounter.DropNoBuffer)];

    /// <summary>A counter of the host's.</summary>
    public ulong this[HostCounter counter] => _host[(int)counter];

    /// <summary>A counter of the guests'.</summary>
    public ulong this[GuestCounter counter] => _guest[(int)counter];

    /// <summary>With those of one port more.</summary>
    public PortTotals Add(Port port)
    {
        ArgumentNullException.ThrowIfNull(port);
        var sum = new PortTotals();
        for (int i = 0; i < Abi.Counters; i++)
        {
            sum._host[i] = _host[i] + port.Rings.ReadCounter((HostCounter)i);
            sum._guest[i] = _guest[i] + port.Rings.ReadCounter((GuestCounter)i);
        }
        return sum;
    }
}
