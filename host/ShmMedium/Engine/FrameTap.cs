using System.Runtime.InteropServices;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Medium.Engine;

/// <summary>A frame as a tap sees it: what the medium knows of it, and where its bytes are until the reader has passed it.</summary>
public unsafe struct TappedFrame
{
    /// <summary>Who sent it.</summary>
    public Radio Sender;

    /// <summary>The first byte of the 802.11 frame: the tap's copy.</summary>
    public byte* Bytes;

    /// <summary>Bytes, without FCS.</summary>
    public int Length;

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

/// <summary>Shows the frames that pass to one other thread: the engine's side never waits.</summary>
/// <remarks>
/// A bounded SPSC ring in private memory, with a copy of each frame: a reader that held the sender's slot would stop the
/// sender's ring while it waits for its disk or pipe, and would see bytes that the guest changes meanwhile. When it is
/// slow, frames are left out and counted. It is woken when a quarter of the ring waits, else it looks
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
    private readonly byte* _bytes = (byte*)NativeMemory.Alloc(Length, Abi.SlotPayloadSize);
    private readonly int _wake;
    private uint _tail;
    private uint _head;
    private long _lost;
    private bool _isClosed;

    /// <summary>A tap that nobody reads yet.</summary>
    public FrameTap() => _wake = LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd for a tap");

    /// <summary>Frames that the reader was too slow for.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>The reader wants no more frames. Set by the reader's owner.</summary>
    public bool IsClosed
    {
        get => Volatile.Read(ref _isClosed);
        set => Volatile.Write(ref _isClosed, value);
    }

    /// <summary>Engine: offers a frame.</summary>
    /// <param name="frame">The frame, where it lies now.</param>
    public void Offer(in TappedFrame frame)
    {
        if (_tail - Volatile.Read(ref _head) >= Length)
        {
            Volatile.Write(ref _lost, _lost + 1);
            return;
        }
        byte* copy = _bytes + ((nuint)(_tail & Mask) * Abi.SlotPayloadSize);
        Buffer.MemoryCopy(frame.Bytes, copy, Abi.SlotPayloadSize, frame.Length);
        _frames[_tail & Mask] = frame;
        _frames[_tail & Mask].Bytes = copy;
        Volatile.Write(ref _tail, _tail + 1);
        if (_tail - Volatile.Read(ref _head) == WakeAt)
            Wake();
    }

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
    public void Dispose()
    {
        NativeMemory.Free(_bytes);
        _ = close(_wake);
    }
}
