using System.Runtime.CompilerServices;

namespace ShmWifi.RingBuffer;

/// <summary>The reading end of a single-producer single-consumer ring: its indices, not its slots.</summary>
/// <remarks>
/// <para>Slots are <em>taken</em> (read) and later <em>released</em> (given back), both in order, so that a slot can be held
/// while others point at it. <c>head</c> and <c>availEvent</c> are ours, <c>tail</c> and <c>freeEvent</c> the peer's.</para>
/// <para>To sleep: 1. take all; 2. <see cref="Arm"/>: write availEvent, fence, look at the tail once more; 3. sleep only
/// if it returned true. Barriers: see <see cref="RingProducer"/>.</para>
/// <para>Not thread-safe: one thread owns it.</para>
/// </remarks>
public sealed class RingConsumer
{
    private readonly SharedIndex _tailWord;
    private readonly SharedIndex _headWord;
    private readonly SharedIndex _availEvent;
    private readonly SharedIndex _freeEvent;
    private uint _tail;
    private uint _taken;
    private uint _head;

    /// <summary>Takes over the ring where its words say it stands: what was published and not given back is taken (again).</summary>
    /// <param name="availEvent">Ours: we want a doorbell when the tail passes.</param>
    /// <param name="freeEvent">The peer's: it wants a doorbell when the head passes.</param>
    /// <param name="length">Slots; a power of two.</param>
    public RingConsumer(SharedIndex tail, SharedIndex head, SharedIndex availEvent, SharedIndex freeEvent, uint length)
    {
        _tailWord = tail;
        _headWord = head;
        _availEvent = availEvent;
        _freeEvent = freeEvent;
        Length = length;
        _head = head.LoadAcquire();
        _taken = _head;
        _tail = _head;
    }

    /// <summary>Goes on where another consumer stopped: what it took is held, and not taken again.</summary>
    /// <param name="taken">As it kept it where the peer cannot write.</param>
    /// <returns>False: the ring's words are not what it and the peer can have written (<see cref="IsBroken"/>).</returns>
    public bool Resume(uint taken)
    {
        if (taken - _head > Length)
        {
            IsBroken = true;
            return false;
        }
        _taken = _tail = taken;
        return RefreshTail();
    }

    /// <summary>Slots of the ring.</summary>
    public uint Length { get; }

    /// <summary>Index of the next slot to take.</summary>
    public uint Taken => _taken;

    /// <summary>Index of the next slot to release.</summary>
    public uint Head => _head;

    /// <summary>Slots taken and not yet released.</summary>
    public uint Held => _taken - _head;

    /// <summary>The peer's tail left the range that it may have. The ring is no longer used.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Slots ready to take; reads the tail only when all that was seen is taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint CountReady()
    {
        uint ready = _tail - _taken;
        if (ready != 0)
            return ready;
        uint tail = _tailWord.LoadAcquire(); // (C)
        return tail != _tail && Accept(tail) ? tail - _taken : 0; // who polls finds the same tail most of the time
    }

    /// <summary>Reads the tail. False when it is not one that the peer may write (<see cref="IsBroken"/>).</summary>
    public bool RefreshTail() => Accept(_tailWord.LoadAcquire()); // (C)

    /// <summary>Counts <paramref name="count"/> ready slots as taken.</summary>
    /// <param name="count">Not more than are ready.</param>
    public void Take(uint count) => _taken += count;

    /// <summary>Gives the oldest <paramref name="count"/> taken slots back.</summary>
    /// <param name="count">Not more than are held.</param>
    /// <returns>Whether the peer asked for a doorbell for any of them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Release(uint count)
    {
        uint old = _head;
        _head = old + count;
        _headWord.StoreRelease(_head); // (D)
        Interlocked.MemoryBarrier(); // (G)
        return EventIndex.IsCrossed(_freeEvent.LoadAcquire(), old, _head);
    }

    /// <summary>Asks for a doorbell for the next slot.</summary>
    /// <returns>Whether we may sleep: nothing is ready, and a doorbell will come.</returns>
    public bool Arm()
    {
        _availEvent.StoreRelease(_taken);
        Interlocked.MemoryBarrier(); // (F)
        return RefreshTail() && _tail == _taken;
    }

    private bool Accept(uint tail)
    {
        if (IsBroken)
            return false;
        if (tail - _head > Length || tail - _head < _tail - _head)
        {
            IsBroken = true;
            return false;
        }
        _tail = tail;
        return true;
    }
}
