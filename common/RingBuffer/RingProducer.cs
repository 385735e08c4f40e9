using System.Runtime.CompilerServices;

namespace ShmWifi.RingBuffer;

/// <summary>The writing end of a single-producer single-consumer ring: its indices, not its slots.</summary>
/// <remarks>
/// <para>Free-running indices; slot = index &amp; (length - 1). <c>tail</c> and <c>freeEvent</c> are ours, <c>head</c> and
/// <c>availEvent</c> the peer's. The head is cached and read again only when the ring looks full.</para>
/// <para>Barriers, with those of <see cref="RingConsumer"/>; kernel code uses the same letters:</para>
/// <para>(A) head, acquire, before we write a slot again — pairs with (D), head, release, after the peer read it.</para>
/// <para>(B) tail, release, after the slots — pairs with (C), tail, acquire, before the peer reads them.</para>
/// <para>(E) full fence between our tail and reading availEvent — pairs with (F), full fence between the peer's
/// availEvent and its last look at the tail. One of us sees the other, so no doorbell is lost. (G)/(H): the same for
/// head and freeEvent.</para>
/// <para>(I) load fence between reading a frame and its descriptor's offset once more — pairs with (J), the offset that the host
/// moves to the pool, release, before (D) of the slot that the frame was in.</para>
/// <para>Not thread-safe: one thread owns it.</para>
/// </remarks>
public sealed class RingProducer
{
    private readonly SharedIndex _tailWord;
    private readonly SharedIndex _headWord;
    private readonly SharedIndex _availEvent;
    private readonly SharedIndex _freeEvent;
    private uint _tail;
    private uint _head;

    /// <summary>Takes over the ring where its words say it stands.</summary>
    /// <param name="availEvent">The peer's: it wants a doorbell when the tail passes.</param>
    /// <param name="freeEvent">Ours: we want a doorbell when the head passes.</param>
    /// <param name="length">Slots; a power of two.</param>
    public RingProducer(SharedIndex tail, SharedIndex head, SharedIndex availEvent, SharedIndex freeEvent, uint length)
    {
        _tailWord = tail;
        _headWord = head;
        _availEvent = availEvent;
        _freeEvent = freeEvent;
        Length = length;
        _tail = tail.LoadAcquire();
        _head = head.LoadAcquire();
        IsBroken = _tail - _head > length;
        if (IsBroken)
            _head = _tail - length; // full: nothing is free in a ring that is no longer used
    }

    /// <summary>Slots of the ring.</summary>
    public uint Length { get; }

    /// <summary>Index of the next slot to publish.</summary>
    public uint Tail => _tail;

    /// <summary>The head as last read: everything before it was given back.</summary>
    public uint Head => _head;

    /// <summary>Slots that the peer still holds, as far as last read.</summary>
    public uint InUse => _tail - _head;

    /// <summary>The peer's head left the range that it may have. The ring is no longer used.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Whether at least <paramref name="count"/> slots are free; reads the head only if the cached one says no.</summary>
    /// <param name="count">Slots wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasFree(uint count) => Length - (_tail - _head) >= count || (RefreshHead() && Length - (_tail - _head) >= count);

    /// <summary>Slots free, after a fresh look at the head.</summary>
    public uint CountFree() => RefreshHead() ? Length - (_tail - _head) : 0;

    /// <summary>Reads the head. False when it is not one that the peer may write (<see cref="IsBroken"/>).</summary>
    public bool RefreshHead()
    {
        if (IsBroken)
            return false;
        uint head = _headWord.LoadAcquire(); // (A)
        if (head - _head > _tail - _head)
        {
            IsBroken = true;
            return false;
        }
        _head = head;
        return true;
    }

    /// <summary>Gives the next <paramref name="count"/> slots, which are filled, to the peer.</summary>
    /// <param name="count">Slots, not more than are free.</param>
    /// <returns>Whether the peer asked for a doorbell for any of them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Publish(uint count)
    {
        uint old = _tail;
        _tail = old + count;
        _tailWord.StoreRelease(_tail); // (B)
        Interlocked.MemoryBarrier(); // (E)
        return EventIndex.IsCrossed(_availEvent.LoadAcquire(), old, _tail);
    }

    /// <summary>Asks for a doorbell when the peer gives back one slot more than it has so far.</summary>
    /// <returns>Whether none came back meanwhile: if false, slots are free now and the doorbell may not come.</returns>
    public bool ArmFree()
    {
        _freeEvent.StoreRelease(_head);
        Interlocked.MemoryBarrier(); // (H)
        uint before = _head;
        return RefreshHead() && _head == before;
    }
}
