using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Medium.Engine;

/// <summary>A frame as a tap sees it: what the medium knows of it, and where its bytes are while the tap holds them.</summary>
public unsafe struct TappedFrame
{
    /// <summary>Who sent it.</summary>
    public Radio Sender;

    /// <summary>The first byte of the 802.11 frame, in the sender's TX slot.</summary>
    public byte* Bytes;

    /// <summary>Bytes, without FCS.</summary>
    public int Length;

    /// <summary>The slot's index.</summary>
    public uint Slot;

    /// <summary>When the host took it, CLOCK_MONOTONIC ns.</summary>
    public ulong TakenNs;

    /// <summary>MHz.</summary>
    public uint FreqMhz;

    /// <summary>hwsim_tx_rate[4].</summary>
    public ulong Rates;

    /// <summary>hwsim_tx_rate_flag[4], first eight bytes.</summary>
    public ulong RateFlagsLow;

    /// <summary>hwsim_tx_rate_flag[4], last four bytes.</summary>
    public uint RateFlagsHigh;

    /// <summary>Signal at the receivers, dBm.</summary>
    public sbyte SignalDbm;

    /// <summary>Whether a unicast frame was acknowledged.</summary>
    public bool IsAcked;
}

/// <summary>Shows the frames that pass to one other thread, by reference: the engine's side never waits and never copies.</summary>
/// <remarks>
/// A bounded SPSC ring in private memory. The reader holds the sender's slots as a receiver does; when it is slow, or too
/// many slots are held, frames are left out and counted. It is woken when a quarter of the ring waits, else it looks
/// every <see cref="PollMs"/> ms.
/// </remarks>
public sealed unsafe class FrameTap : IDisposable
{
    /// <summary>How often the reader looks by itself.</summary>
    public const int PollMs = 20;

    private const int Length = 256;
    private const uint Mask = Length - 1;
    private const uint WakeAt = 16;
    private readonly TappedFrame[] _frames = new TappedFrame[Length];
    private readonly int _wake;
    private uint _tail;
    private uint _head;
    private uint _released;
    private long _lost;
    private bool _isClosed;

    /// <summary>A tap that nobody reads yet.</summary>
    public FrameTap() => _wake = LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd for a tap");

    /// <summary>Frames that the reader was too slow for.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Engine: the reader gives no more frames back and wants none. Set by the reader's owner.</summary>
    public bool IsClosed
    {
        get => Volatile.Read(ref _isClosed);
        set => Volatile.Write(ref _isClosed, value);
    }

    /// <summary>Engine: offers a frame.</summary>
    /// <param name="frame">The frame; its slot is held until the reader has passed it.</param>
    public void Offer(in TappedFrame frame)
    {
        if (_tail - _released >= Length || !frame.Sender.Port.MayTap(frame.Slot))
        {
            Volatile.Write(ref _lost, _lost + 1);
            return;
        }
        frame.Sender.Port.AddTapReference(frame.Slot);
        _frames[_tail & Mask] = frame;
        Volatile.Write(ref _tail, _tail + 1);
        if (_tail - Volatile.Read(ref _head) == WakeAt)
            Wake();
    }

    /// <summary>Engine: takes back the slots that the reader is done with.</summary>
    public void Reclaim()
    {
        uint head = Volatile.Read(ref _head);
        while (_released != head)
        {
            ref TappedFrame frame = ref _frames[_released++ & Mask];
            frame.Sender.Port.DropTapReference(frame.Slot);
        }
    }

    /// <summary>Engine: slots that the reader holds or has not given back yet.</summary>
    public bool HoldsSlots => _tail != _released;

    /// <summary>Reader: the next frame; its bytes stay valid until <see cref="Advance"/>.</summary>
    /// <param name="frame">The frame.</param>
    /// <returns>False when none waits.</returns>
    public bool TryPeek(out TappedFrame frame)
    {
        bool any = _head != Volatile.Read(ref _tail);
        frame = any ? _frames[_head & Mask] : default;
        return any;
    }

    /// <summary>Reader: done with the frame of <see cref="TryPeek"/>.</summary>
    public void Advance() => Volatile.Write(ref _head, _head + 1);

    /// <summary>Reader: sleeps until frames wait or <see cref="PollMs"/> is over.</summary>
    public void Wait()
    {
        var fd = new pollfd { fd = _wake, events = POLLIN };
        if (poll(&fd, 1, PollMs) == 1)
        {
            ulong count;
            _ = read(_wake, &count, sizeof(ulong));
        }
    }

    /// <summary>Wakes the reader.</summary>
    public void Wake()
    {
        ulong one = 1;
        _ = write(_wake, &one, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose() => _ = close(_wake);
}
