using System.Text.Json;
using System.Text.Json.Serialization;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;

namespace ShmWifi.Lab.Demo;

/// <summary>What <c>./shmwifi demo --json FILE</c> writes. All values are measured in that run; null where nothing was measured.</summary>
/// <remarks>
/// <code>
/// {
///   "kernel": "6.12",                 the guests' kernel series
///   "accel": "tcg",                   "kvm" or "tcg"
///   "path": "user",                   what moves frames in the guests: "user" is shm-injector, "kernel" the kernel module
///   "isolation": "shared",            or "per-vm"
///   "stations": [{ "name", "associated", "associationMs", "security" }],   security as negotiated: open, wpa2, wpa3
///   "ping": [{ "from", "to", "sent", "received", "rttMs": { "p50", "p90", "p99", "max" } }],
///   "tcp": [{ "from", "to", "mbps" }],
///   "floor": { "inKernel": { "rttMs": {…}, "tcpMbps" }, "wired": { "rttMs": {…}, "tcpMbps" } },
///   "lag": [{ "from", "to", "us": { "p50", "p99", "p999", "max" }, "clockErrorUs" }],
///   "guests": [{ "name", "path", "txFrames", "txDropped", "rxFrames", "doorbells" }],   path as the guest's port tells it
///   "reloads": null,                  or, of --soak with --reload-every:
///              { "station", "seconds", "backMs": [one for each reload], "tcp": [{ "from", "to", "mbps" }],
///                "memory": { "first", "last": { "availableKib", "slabKib", "unreclaimableKib", "percpuKib", "kernelKib", "pagesKib" } },
///                "daemonKib": { "first", "last" } },   first: after the first reload; last: after the last one
///   "medium": { "frames", "delivered", "dropped", "doorbellsPerFrame", "payloadBytesCopied", "allocatedBytesPerFrame" },
///   "capture": "/…/air.pcapng"
/// }
/// </code>
/// </remarks>
internal sealed record DemoReport
{
    /// <summary>The guests' kernel series.</summary>
    public required string Kernel { get; init; }

    /// <summary>"kvm" or "tcg".</summary>
    public string? Accel { get; init; }

    /// <summary>What moves frames in the guests: "user" or "kernel".</summary>
    public required string Path { get; init; }

    /// <summary>"shared" or "per-vm".</summary>
    public required string Isolation { get; init; }

    /// <summary>All stations, associated or not.</summary>
    public IReadOnlyList<StationReport> Stations { get; init; } = [];

    /// <summary>Pings over the air, by pair.</summary>
    public IReadOnlyList<PingReport> Ping { get; init; } = [];

    /// <summary>TCP over the air, by pair.</summary>
    public IReadOnlyList<TcpReport> Tcp { get; init; } = [];

    /// <summary>What the same run reached without our air.</summary>
    public FloorsReport Floor { get; init; } = new(null, null);

    /// <summary>One-way lag by link.</summary>
    public IReadOnlyList<LagReport> Lag { get; init; } = [];

    /// <summary>What was counted in each guest with a radio on the air.</summary>
    public IReadOnlyList<GuestReport> Guests { get; init; } = [];

    /// <summary>What came of reloading a station's module; null when that was not asked for.</summary>
    public ReloadReport? Reloads { get; init; }

    /// <summary>The daemon's totals.</summary>
    public MediumTotals? Medium { get; init; }

    /// <summary>The capture's path.</summary>
    public string? Capture { get; init; }

    /// <summary>Writes the file.</summary>
    /// <param name="file">Where to.</param>
    public void Write(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this, DemoReportJson.Default.DemoReport) + "\n");
}

/// <summary>A station.</summary>
/// <param name="Name">The VM.</param>
/// <param name="Associated">Whether it got in.</param>
/// <param name="AssociationMs">From wpa_supplicant's start to its being connected.</param>
/// <param name="Security">"open", "wpa2" or "wpa3", as negotiated.</param>
internal sealed record StationReport(string Name, bool Associated, double? AssociationMs, string? Security);

/// <summary>Pings of one pair.</summary>
/// <param name="From">The pinging VM.</param>
/// <param name="To">The answering VM.</param>
/// <param name="Sent">Echo requests.</param>
/// <param name="Received">Answers.</param>
/// <param name="RttMs">Their times.</param>
internal sealed record PingReport(string From, string To, int Sent, int Received, RttSummary? RttMs);

/// <summary>TCP throughput of one pair.</summary>
/// <param name="From">The sending VM.</param>
/// <param name="To">The receiving VM.</param>
/// <param name="Mbps">Mbit/s at the receiver.</param>
internal sealed record TcpReport(string From, string To, double Mbps);

/// <summary>Both floors.</summary>
/// <param name="InKernel">Two radios in one VM on the kernel's own medium.</param>
/// <param name="Wired">The same VMs over virtio-net, tap and bridge.</param>
internal sealed record FloorsReport(FloorReport? InKernel, FloorReport? Wired);

/// <summary>A floor.</summary>
/// <param name="RttMs">Ping times, all pairs together.</param>
/// <param name="TcpMbps">TCP from a station to the access point, Mbit/s.</param>
internal sealed record FloorReport(RttSummary? RttMs, double? TcpMbps);

/// <summary>One-way lag of a link.</summary>
/// <param name="From">The sending VM.</param>
/// <param name="To">The hearing VM.</param>
/// <param name="Us">Microseconds.</param>
/// <param name="ClockErrorUs">How wrong it may be.</param>
internal sealed record LagReport(string From, string To, LagQuantiles Us, double? ClockErrorUs);

/// <summary>What was counted in a guest.</summary>
/// <param name="Name">The VM.</param>
/// <param name="Path">"user" or "kernel", as its port tells the daemon; null when nothing moves its frames.</param>
/// <param name="TxFrames">Frames taken from hwsim.</param>
/// <param name="TxDropped">Frames from hwsim that the ring had no room for.</param>
/// <param name="RxFrames">Frames given to hwsim.</param>
/// <param name="Doorbells">Rung at the host.</param>
internal sealed record GuestReport(string Name, string? Path, long TxFrames, long TxDropped, long RxFrames, long Doorbells);

/// <summary>Serialisation of <see cref="DemoReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DemoReport))]
internal sealed partial class DemoReportJson : JsonSerializerContext;
