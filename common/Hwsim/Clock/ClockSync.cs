using ShmWifi.Hwsim.Port;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Hwsim.Clock;

/// <summary>Asks the host for its clock: quickly at first, then once a second.</summary>
/// <param name="port">Where the result is published.</param>
internal sealed unsafe class ClockSync(GuestPort port, TxSlots slots)
{
    private const long BurstIntervalNs = 10_000_000;
    private const long IntervalNs = 1_000_000_000;

    private readonly ClockFilter _filter = new();
    private ClockEstimate _estimate;
    private long _askedNs;
    private int _answers;

    /// <summary>When the next question is due, our clock.</summary>
    public long DueNs { get; private set; }

    /// <summary>Whether the host is asked at all.</summary>
    public bool IsAsked => DueNs != long.MaxValue;

    /// <summary>Whether an answer is awaited.</summary>
    public bool IsWaiting => _askedNs != 0;

    /// <summary>Answers that counted.</summary>
    public int Answers => _answers;

    /// <summary>Times that a clock jumped.</summary>
    public int Jumps => _filter.Jumps;

    /// <summary>The host's clock; meaningless before the first answer.</summary>
    public ClockEstimate Estimate => _estimate;

    /// <summary>A time of ours in the host's clock; 0 as long as that is unknown.</summary>
    /// <param name="ownNs">Our clock.</param>
    public ulong ToHost(long ownNs) => _answers == 0 ? 0 : (ulong)_estimate.ToHost(ownNs);

    /// <summary>The host's clock is ours: one kernel serves both. It is never asked.</summary>
    public void KnowSame()
    {
        (_answers, DueNs, _estimate) = (1, long.MaxValue, default);
        port.SetClock(offsetNs: 0, errorNs: 1); // 0 would mean unknown
    }

    /// <summary>Asks, if a slot is free, and publishes.</summary>
    public void Ask()
    {
        var slot = slots.TryAdd(RingKind.ClockSync, radio: 0);
        long now = MonotonicClock.NowNs;
        DueNs = now + (_answers < ClockFilter.Window ? BurstIntervalNs : IntervalNs);
        if (slot == null)
            return;
        _askedNs = now;
        slot->Cookie = (ulong)now;
        slots.Publish();
    }

    /// <summary>Takes an answer.</summary>
    /// <returns>False when it answers no question of ours, or contradicts itself.</returns>
    public bool OnAnswer(in RxDescriptor answer)
    {
        long now = MonotonicClock.NowNs;
        if (_askedNs == 0 || answer.Cookie != (ulong)_askedNs
            || !ClockSample.TryMake(_askedNs, (long)answer.TakenNs, (long)answer.PostedNs, now, out var sample))
            return false;
        _askedNs = 0;
        _answers++;
        _estimate = _filter.Add(sample);
        port.SetClock(_estimate.OffsetNs, (ulong)Math.Max(1, _estimate.ErrorNs));
        return true;
    }
}
