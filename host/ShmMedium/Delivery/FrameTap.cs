using System.Runtime.InteropServices;
using ShmWifi.Configuration;
using ShmWifi.Dot11.Frames;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Ports;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Delivery;

/// <summary>Shows the frames that pass to one other thread: the engine's side never waits.</summary>
/// <remarks>
/// <para>A bounded SPSC ring in private memory. Frames stay in their senders' TX slots until the reader takes them, as they do
/// for a receiver; the engine copies none of them on the way. But TX slots go back in order, so a reader that waits for its disk
/// must not hold them: past a quarter of a sender's ring, when a sender is held up, and when its VM goes, the engine moves
/// frames into the tap's memory. When the ring is full, frames are left out and counted.</para>
/// <para>A frame in its slot is <em>claimed</em> by the reader or <em>moved</em> by the engine, whichever exchanges its state
/// first. The reader copies what it claims at once and gives it back before it does anything else.</para>
/// <para>The reader is woken when some frames wait, else it looks every <see cref="PollMs"/> ms.</para>
/// </remarks>
/// <typeparam name="TAccess">How both threads touch the ring's words.</typeparam>
internal unsafe class FrameTap<TAccess> : IDisposable
    where TAccess : IWordAccess
{
    /// <summary>How often the reader looks by itself.</summary>
    public const int PollMs = 20;

    private const int Length = 256;
    private const uint Mask = Length - 1;
    private const uint WakeAt = 16;
    private static readonly TimeSpan s_readerLimit = TimeSpan.FromSeconds(10); // a reader that takes none for so long has a FIFO that nobody reads

    // States of a frame in the ring.
    private const uint InSlot = 0;
    private const uint Moving = 1;
    private const uint Moved = 2;
    private const uint Claimed = 3;

    private readonly TappedFrame[] _frames = new TappedFrame[Length];
    private readonly uint[] _states = new uint[Length];
    private readonly byte* _bytes = (byte*)NativeMemory.Alloc(Length, Abi.SlotPayloadSize); // untouched pages cost nothing
    private readonly EventFd _wake = new();
    private uint _tail;
    private uint _head;
    private uint _reclaimed;
    private long _offered;
    private long _lost;
    private bool _isClosed;
    private bool _isBehind; // the reader was waited for in vain

    /// <summary>Frames that passed, also since it is closed.</summary>
    public long Offered => Volatile.Read(ref _offered);

    /// <summary>Frames that the reader was too slow for.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Which frames it is shown.</summary>
    public CaptureSelection Selection { get; init; } = new();

    /// <summary>Where frames take their time on the medium, it is shown what each PPDU carried in place of each frame once.</summary>
    public bool WantsPpdus => Selection.ControlFrames || Selection.View == CaptureView.Receiver;

    /// <summary>When the ring is full, the engine waits for the reader: in virtual time that delays nobody.</summary>
    public bool WaitsForReader { get; set; }

    /// <summary>The reader wants no more frames. Set by the reader's owner.</summary>
    public bool IsClosed
    {
        get => Volatile.Read(ref _isClosed);
        set => Volatile.Write(ref _isClosed, value);
    }

    /// <summary>Engine: whether slots are held for frames that the reader has not taken, or whose taking was not seen.</summary>
    internal bool HoldsSlots { get; private set; }

    /// <summary>Engine: offers a frame.</summary>
    internal void Offer(in TappedFrame frame)
    {
        Volatile.Write(ref _offered, _offered + 1);
        if (IsClosed)
            return;
        if (_tail - _reclaimed == Length)
            Reclaim();
        if (WaitsForReader)
            AwaitReader();
        if (_tail - _reclaimed == Length)
        {
            Volatile.Write(ref _lost, _lost + 1);
            return;
        }
        uint place = _tail & Mask;
        _frames[place] = frame;
        var sender = frame.Sender.Port;
        if (!frame.Frame.IsHeld && sender.MayTap(frame.Frame.Slot))
        {
            sender.AddTapReference(frame.Frame.Slot);
            _states[place] = InSlot;
            HoldsSlots = true;
        }
        else
        {
            CopyFrame(place);
            _states[place] = Moved;
        }
        TAccess.Write(ref _tail, _tail + 1);
        if (_tail - TAccess.Read(ref _head) == WakeAt)
            Wake();
    }

    /// <summary>Engine: lets the slots go that the reader is done with.</summary>
    internal void Reclaim()
    {
        uint head = TAccess.Read(ref _head);
        for (; _reclaimed != head; _reclaimed++)
        {
            uint place = _reclaimed & Mask;
            if (_states[place] == Claimed)
                _frames[place].Sender.Port.DropTapReference(_frames[place].Frame.Slot);
        }
        HoldsSlots &= _reclaimed != _tail;
    }

    /// <summary>Engine: moves what lies in a sender's slots into the tap's memory; a closed
    /// tap's memory may be gone, so its frames are let go.</summary>
    /// <param name="sender">Whose slots are wanted back.</param>
    internal void MoveFrom(Port sender)
    {
        bool isRead = !IsClosed;
        for (uint index = _reclaimed; index != _tail; index++)
        {
            uint place = index & Mask;
            if (_frames[place].Sender.Port != sender || TAccess.CompareExchange(ref _states[place], Moving, InSlot) != InSlot)
                continue;
            if (isRead)
                CopyFrame(place);
            TAccess.Write(ref _states[place], Moved);
            sender.DropTapReference(_frames[place].Frame.Slot);
        }
    }

    /// <summary>Engine: moves all that lies in slots into the tap's memory; nothing more is offered, and the reader takes what is there.</summary>
    internal void MoveAll()
    {
        for (uint index = _reclaimed; index != _tail; index++)
            MoveFrom(_frames[index & Mask].Sender.Port);
    }

    /// <summary>Engine: lets all slots go; nothing more was offered since <see cref="MoveAll"/>, and the reader has ended.</summary>
    internal void Release()
    {
        for (; _reclaimed != _tail; _reclaimed++)
        {
            uint place = _reclaimed & Mask;
            if (_states[place] == Claimed)
                _frames[place].Sender.Port.DropTapReference(_frames[place].Frame.Slot);
        }
        HoldsSlots = false;
    }

    /// <summary>Whether the reader has taken all that was offered.</summary>
    public bool IsEmpty => TAccess.Read(ref _head) == TAccess.Read(ref _tail);

    /// <summary>Reader: takes the next frame.</summary>
    /// <param name="copy">Gets its first bytes, as many as fit, two at least, with the Retry bit as on the medium.</param>
    /// <param name="frame">What the medium knows of it.</param>
    /// <returns>False when none waits.</returns>
    public bool TryTake(Span<byte> copy, out TappedFrame frame)
    {
        frame = default;
        if (_head == TAccess.Read(ref _tail))
            return false;
        uint place = _head & Mask;
        var timeout = default(SpinWait);
        while (TAccess.Read(ref _states[place]) != Moved && TAccess.CompareExchange(ref _states[place], Claimed, InSlot) != InSlot)
            TAccess.SpinOnce(ref timeout);
        frame = _frames[place];
        new ReadOnlySpan<byte>(frame.Frame.Bytes, Math.Min(frame.Length, copy.Length)).CopyTo(copy);
        if (frame.IsRetry)
            copy[1] |= FrameControl.RetryFlag;
        TAccess.Write(ref _head, _head + 1);
        return true;
    }

    /// <summary>Reader: sleeps until frames wait or <see cref="PollMs"/> is over.</summary>
    public void Wait()
    {
        if (Poll.WaitFor(_wake.Descriptor, POLLIN, TimeSpan.FromMilliseconds(PollMs)))
            _ = _wake.Drain();
    }

    /// <summary>Wakes the reader.</summary>
    public void Wake() => _wake.Signal();

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_bytes);
        _wake.Dispose();
        GC.SuppressFinalize(this);
    }

    private void AwaitReader()
    {
        bool IsFull()
        {
            Reclaim();
            return _tail - _reclaimed == Length && !IsClosed;
        }

        _isBehind = IsFull() && (_isBehind || !SpinWait.SpinUntil(() => !IsFull(), s_readerLimit));
    }

    private void CopyFrame(uint place)
    {
        byte* copy = _bytes + ((nuint)place * Abi.SlotPayloadSize);
        Buffer.MemoryCopy(_frames[place].Frame.Bytes, copy, Abi.SlotPayloadSize, _frames[place].Length);
        _frames[place].Frame.Bytes = copy;
    }
}

/// <inheritdoc/>
internal sealed class FrameTap : FrameTap<ProcessorAccess>;
