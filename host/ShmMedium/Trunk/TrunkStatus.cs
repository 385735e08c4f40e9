using ShmWifi.Linux;

namespace ShmWifi.ShmMedium.Trunk;

/// <summary>The trunk at one moment.</summary>
/// <param name="IsConnected">The server is there.</param>
/// <param name="Revision">Of the medium, which all hosts number alike; 0: this host has not joined it.</param>
/// <param name="Problem">Why changes do not hold on all hosts; null: they do.</param>
/// <param name="Disagreements">Receptions that other hosts decided on and that no radio here could have: their replicas were old.</param>
internal sealed record TrunkStatus(string Medium, string Host, string Server, bool IsConnected, ulong Revision, string? Problem, long Disagreements,
    IReadOnlyList<TrunkHostStatus> Hosts);

/// <summary>Another host.</summary>
/// <param name="IsPresent">Its radios are on the medium.</param>
/// <param name="HasSameMedium">Its configuration of the medium is this host's.</param>
/// <param name="Revision">Of the medium, as it has it.</param>
/// <param name="SilentMs">Since it said last what it has; null: it has gone.</param>
/// <param name="ClockOffsetUs">Its CLOCK_MONOTONIC minus this host's; null: not known yet.</param>
/// <param name="NotSent">Frames for it while the server was away.</param>
/// <param name="Lost">Messages that never came.</param>
/// <param name="Replayed">Messages that came again, late, or from another run.</param>
/// <param name="Stale">Frames dropped because they took longer than 'staleAfter'.</param>
/// <param name="NoRoom">Frames dropped because the engine was behind.</param>
/// <param name="Unknown">Frames of radios that it does not have.</param>
/// <param name="Malformed">Messages that break the format.</param>
internal sealed record TrunkHostStatus(string Name, bool IsPresent, bool HasSameMedium, ulong Revision, double? SilentMs, IReadOnlyList<string> Vms,
    int Radios, double? ClockOffsetUs, double? ClockErrorUs, long FramesSent, long MessagesSent, long BytesSent, long NotSent, long FramesReceived,
    long MessagesReceived, long BytesReceived, long Lost, long Replayed, long Stale, long NoRoom, long Unknown, long Malformed)
{
    /// <summary>One as it is now.</summary>
    /// <param name="medium">Hash of this host's medium; null: not known yet.</param>
    public static TrunkHostStatus Of(RemoteHost host, string? medium)
    {
        (var table, var c, var clock) = (host.Table, host.Counters, host.Clock);
        return new TrunkHostStatus(host.Name, table is not null, table is not null && table.Medium == medium, table?.Revision ?? 0,
            table is null ? null : (MonotonicClock.NowNs - host.HeardAtNs) / 1e6, host.Vms, table?.Vms.Sum(vm => vm.Radios.Length) ?? 0,
            clock?.OffsetNs / 1e3, clock?.ErrorNs / 1e3, c.FramesSent, c.MessagesSent, c.BytesSent, c.NotSent, c.FramesReceived, c.MessagesReceived,
            c.BytesReceived, c.Lost, c.Replayed, c.Stale, c.NoRoom, c.Unknown, c.Malformed);
    }
}
