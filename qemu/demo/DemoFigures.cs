using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;

namespace ShmWifi.Demo;

/// <summary>What a demo has measured so far. <see cref="DemoRows"/> tells it.</summary>
internal sealed record DemoFigures
{
    /// <summary>What moves frames in the guests: "user", "kernel" or "virtio".</summary>
    public required string Path { get; init; }

    /// <summary>All stations, associated or not.</summary>
    public IReadOnlyList<StationFigures> Stations { get; init; } = [];

    /// <summary>Pings over the air, by pair.</summary>
    public IReadOnlyList<PingFigures> Ping { get; init; } = [];

    /// <summary>TCP over the air, by pair.</summary>
    public IReadOnlyList<TcpFigures> Tcp { get; init; } = [];

    /// <summary>Two radios in one VM on the kernel's own medium, in the same run.</summary>
    public FloorFigures InKernel { get; init; } = new(null, null);

    /// <summary>The same VMs over their wired interfaces, tap and bridge, in the same run.</summary>
    public FloorFigures Wired { get; init; } = new(null, null);

    /// <summary>One-way latency by link.</summary>
    public IReadOnlyList<LinkLatency> Latency { get; init; } = [];

    /// <summary>What was counted in each guest with a radio on the medium, where something of ours moves its frames.</summary>
    public IReadOnlyList<GuestFigures> Guests { get; init; } = [];

    /// <summary>What came of reloading a station's module; null when that was not asked for.</summary>
    public ReloadReport? Reloads { get; init; }

    /// <summary>What came of killing the NATS server; null where there is none.</summary>
    public OutageReport? Outage { get; init; }

    /// <summary>The daemons' totals.</summary>
    public IReadOnlyList<HostTotals> Media { get; init; } = [];

    /// <summary>The captures' paths, a daemon each.</summary>
    public IReadOnlyList<string> Captures { get; init; } = [];
}

/// <summary>What a daemon counted.</summary>
/// <param name="Host">Whose; null: it is the only one.</param>
internal sealed record HostTotals(string? Host, MediumTotals Totals);

/// <summary>A station.</summary>
/// <param name="AssociationMs">From wpa_supplicant's start to its being connected; null: it did not get in.</param>
/// <param name="Security">"open", "wpa2" or "wpa3", as negotiated.</param>
internal sealed record StationFigures(string Name, double? AssociationMs, string? Security);

/// <summary>Pings of one pair.</summary>
internal sealed record PingFigures(string From, string To, int Sent, int Received, RttSummary? RttMs)
{
    /// <summary>What a probe has counted.</summary>
    public static PingFigures Of(PingProbe probe) =>
        new(probe.MeasuredPath.From, probe.MeasuredPath.To, probe.Sent, probe.Received, RttSummary.Of(probe.RttMs));
}

/// <summary>TCP throughput of one pair.</summary>
/// <param name="Mbps">Mbit/s at the receiver.</param>
internal sealed record TcpFigures(string From, string To, double Mbps);

/// <summary>A floor.</summary>
/// <param name="RttMs">Ping times, all pairs together.</param>
/// <param name="TcpMbps">TCP from a station to the access point, Mbit/s.</param>
internal sealed record FloorFigures(RttSummary? RttMs, double? TcpMbps);

/// <summary>What was counted in a guest.</summary>
/// <param name="Path">"user" or "kernel", as its port tells the daemon; null when nothing moves its frames.</param>
/// <param name="TxFrames">Frames taken from hwsim.</param>
/// <param name="TxDropped">Frames from hwsim that the ring had no room for.</param>
/// <param name="RxFrames">Frames given to hwsim.</param>
internal sealed record GuestFigures(string Name, string? Path, long TxFrames, long TxDropped, long RxFrames, long Doorbells);
