using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Medium.Faults;

/// <summary>The injected faults. Changed by the engine thread alone; copied on write, so other threads may read it.</summary>
/// <param name="counters">Of their hits and draws.</param>
internal sealed class FaultTable(CounterTable counters)
{
    private Fault[] _all = [];

    /// <summary>In their order.</summary>
    public IReadOnlyList<Fault> All => Volatile.Read(ref _all);

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _all.Length == 0;

    /// <summary>Takes over what is ordered now. A fault that was ordered before goes on counting.</summary>
    public void Apply(IReadOnlyList<FaultConfiguration> ordered, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(ordered);
        var old = _all;
        Volatile.Write(ref _all,
            [.. ordered.Select(one => Array.Find(old, fault => ReferenceEquals(fault.Configuration, one)) ?? new Fault(one, seed, counters))]);
        foreach (var gone in old.Except(_all))
            gone.Release();
    }

    /// <summary>The fault that hits a frame on its way to a receiver: the first one that matches; null: none does.</summary>
    /// <param name="frame">The frame, as an adversary wrote it.</param>
    public Fault? Hit(ReadOnlySpan<byte> frame, LinkEndpoint sender, LinkEndpoint receiver)
    {
        if (_all.Length == 0 || !FrameView.TryParse(frame, out var view))
            return null;
        foreach (var fault in _all)
        {
            if (fault.TryHit(view, sender, receiver))
                return fault;
        }
        return null;
    }
}
