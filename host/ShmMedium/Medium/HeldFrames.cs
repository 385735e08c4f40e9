using ShmWifi.Dot11.Rates;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>Frames that wait in the host's own memory: for their turn on a channel, or for the end of an injected delay.</summary>
/// <remarks>
/// They are copied. A frame may wait for seconds, and TX slots go back in order: left in its
/// slot it would stop all that its VM sends, on other channels, too.
/// See docs/decisions/0011.
/// </remarks>
internal sealed unsafe class HeldFrames
{
    /// <summary>Frames at most.</summary>
    public const int Capacity = FrameLedger.Capacity;

    private readonly FrameLedger _ledger;
    private readonly Frame[] _frames = new Frame[Capacity];
    private readonly int[] _free = new int[Capacity];
    private int _freeCount = Capacity;
    private ulong _keptEver;

    /// <summary>None.</summary>
    /// <param name="ledger">Has room for their bytes.</param>
    public HeldFrames(FrameLedger ledger)
    {
        _ledger = ledger;
        for (int i = 0; i < Capacity; i++)
            _free[i] = Capacity - 1 - i; // low ones first: they are in the cache
    }

    /// <summary>A frame that waits.</summary>
    /// <param name="handle">From <see cref="TryHold"/>.</param>
    public ref Frame this[int handle] => ref _frames[handle];

    /// <summary>Copies a frame.</summary>
    /// <remarks>A VM may hold as many as are free, so some are left however many VMs hold all that they may: dynamic thresholds with a factor of 1.
    /// Source: Choudhury and Hahne, Dynamic Queue Length Thresholds for Shared-Memory Packet Switches, IEEE/ACM ToN 6(2), 1998.</remarks>
    /// <returns>False: its VM has too many.</returns>
    public bool TryHold(in Frame frame, out int handle)
    {
        handle = -1;
        var port = frame.Sender.Port;
        if (port.HeldFrames >= _freeCount)
            return false;
        port.HeldFrames++;
        handle = _free[--_freeCount];
        byte* copy = _ledger.BytesAt(handle);
        frame.CopyTo(copy);
        _frames[handle] = frame with { Bytes = copy, IsHeld = true };
        return true;
    }

    /// <summary>Has the next engine send a frame if this one does not come to it.</summary>
    public void KeepForNext(int handle)
    {
        ref var frame = ref _frames[handle];
        ref var kept = ref _ledger[handle];
        kept.PeerId = frame.Sender.Port.Offer.PeerId;
        kept.Slot = frame.Slot;
        kept.Order = _keptEver++;
        kept.TakenNs = frame.TakenNs;
        ref var header = ref kept.Header;
        header.Kind = RingKind.Frame;
        header.Flags = (byte)frame.Flags;
        header.Radio = frame.Sender.Number;
        header.Length = frame.Length;
        header.FreqMhz = frame.FreqMhz;
        header.Cookie = frame.Cookie;
        header.CapturedNs = frame.CapturedNs;
        fixed (byte* rates = header.Rates, flags = header.RateFlags)
            frame.Chain.Write(new Span<byte>(rates, TxRates.Size), new Span<byte>(flags, RetryChain.FlagsSize));
        _ledger.Add(handle);
    }

    /// <summary>Some receiver may have a frame that still waits.</summary>
    public void MarkReceived(int handle) => _ledger.MarkReceived(handle);

    /// <summary>Lets a frame go.</summary>
    public void Release(int handle)
    {
        _ledger.Remove(handle);
        _frames[handle].Sender.Port.HeldFrames--;
        _frames[handle] = default;
        _free[_freeCount++] = handle;
    }
}
