using System.Runtime.InteropServices;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Medium.Engine;

/// <summary>Frames that wait in the engine's own memory: for their turn on a channel, or for a delay to order.</summary>
/// <remarks>
/// They are copied. A frame may wait for seconds, and TX slots go back in order: left in its slot it would stop all that its VM sends, on other channels, too.
/// See docs/decisions/0011.
/// </remarks>
internal sealed unsafe class HeldFrames : IDisposable
{
    /// <summary>Frames at most.</summary>
    public const int Capacity = 8192;

    private readonly byte* _bytes = (byte*)NativeMemory.Alloc(Capacity, Abi.SlotPayloadSize); // untouched pages cost nothing
    private readonly FrameInFlight[] _frames = new FrameInFlight[Capacity];
    private readonly int[] _free = new int[Capacity];
    private int _freeCount = Capacity;

    /// <summary>None.</summary>
    public HeldFrames()
    {
        for (int i = 0; i < Capacity; i++)
            _free[i] = Capacity - 1 - i; // low ones first: they are in the cache
    }

    /// <summary>How many there are.</summary>
    public int Count => Capacity - _freeCount;

    /// <summary>A frame that waits.</summary>
    /// <param name="ticket">From <see cref="TryHold"/>.</param>
    public ref FrameInFlight this[int ticket] => ref _frames[ticket];

    /// <summary>Copies a frame.</summary>
    /// <param name="frame">Where it lies now.</param>
    /// <param name="ticket">Names it from now on.</param>
    /// <returns>False: there are too many.</returns>
    public bool TryHold(in FrameInFlight frame, out int ticket)
    {
        ticket = -1;
        if (_freeCount == 0)
            return false;
        ticket = _free[--_freeCount];
        byte* copy = _bytes + ((nuint)ticket * Abi.SlotPayloadSize);
        Buffer.MemoryCopy(frame.Bytes, copy, Abi.SlotPayloadSize, frame.Length);
        _frames[ticket] = frame with { Bytes = copy, IsHeld = true };
        return true;
    }

    /// <summary>Lets a frame go.</summary>
    /// <param name="ticket">Names it no more.</param>
    public void Release(int ticket)
    {
        _frames[ticket] = default;
        _free[_freeCount++] = ticket;
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(_bytes);
}
