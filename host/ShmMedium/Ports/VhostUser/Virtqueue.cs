using System.Runtime.InteropServices;
using ShmWifi.Linux;
using Tmds.Linux;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

// descriptor table, 16 B each: 0x0 address u64, 0x8 length u32, 0xc flags u16, 0xe next u16         the driver writes
// available ring: 0x0 flags u16, 0x2 index u16, 0x4 heads[n] u16, then used_event u16               the driver writes
// used ring: 0x0 flags u16, 0x2 index u16, 0x4 elements[n] of head u32, written u32, then avail_event u16     we write

/// <summary>The device's side of a split virtqueue in a guest's memory: takes buffers that the driver makes available, and gives them back.</summary>
/// <remarks>
/// <para>The driver is an adversary: heads and descriptors are copied first; what is checked and used is the copy. All loops are bounded by the
/// queue's length. Indices are free-running, of 16 bits.</para>
/// <para>Barriers: the driver's index is read before its heads and descriptors; our elements are written before our index. Between our index and
/// used_event, and between avail_event and the driver's index, stands a full fence, as in <see cref="RingBuffer.RingProducer"/>.</para>
/// <para>Source: virtio 1.2, 2.7.</para>
/// </remarks>
internal sealed unsafe class Virtqueue : IDisposable
{
    /// <summary>Buffers of a queue at most, as in QEMU.</summary>
    public const int MaxLength = 1024;

    /// <summary>Pieces of memory that one buffer may have.</summary>
    public const int MaxParts = 16;

    /// <summary>Pieces that publishing adds to a list of writes.</summary>
    public const int PublishPieces = 3;

    private const ushort Next = 1, Write = 2, Indirect = 4; // flags of a descriptor
    private const ushort NoInterrupt = 1; // flag of the available ring
    private const uint RingHeader = 4;

    private readonly Descriptor* _descriptors = (Descriptor*)NativeMemory.AlignedAlloc(MaxLength * (nuint)sizeof(Descriptor), 64); // copies
    private readonly Descriptor* _indirect = (Descriptor*)NativeMemory.AlignedAlloc(MaxLength * (nuint)sizeof(Descriptor), 64);
    private readonly ushort* _heads = (ushort*)NativeMemory.AllocZeroed(MaxLength, sizeof(ushort));
    private readonly UsedElement* _used = (UsedElement*)NativeMemory.AllocZeroed(MaxLength, (nuint)sizeof(UsedElement));
    private readonly GuestMemory _memory;
    private readonly CopyList _elements; // for those who have nothing else to write
    private byte* _guestDescriptors, _guestAvailable, _guestUsed;
    private bool _hasEventIndex;
    private uint _mask;
    private ushort _seen; // the driver's index as it was read last
    private ushort _given; // index of the next element to fill
    private ushort _published; // as the driver knows it
    private bool _isArmed; // the driver kicks for the next buffer

    /// <summary>One that is not set up.</summary>
    public Virtqueue(GuestMemory memory) => (_memory, _elements) = (memory, new CopyList(memory));

    /// <summary>Where it is.</summary>
    public GuestMemory Memory => _memory;

    /// <summary>Buffers that it has.</summary>
    public uint Length => _mask + 1;

    /// <summary>Index of the next buffer to take.</summary>
    public ushort Taken { get; private set; }

    /// <summary>Whether the driver had buffers back before this device came.</summary>
    public bool WasServed { get; private set; }

    /// <summary>Buffers that were given back and not published.</summary>
    public uint Unpublished => (ushort)(_given - _published);

    /// <summary>Finds its parts in the guest's memory; indices stay.</summary>
    /// <param name="length">A power of two.</param>
    /// <returns>False: they are not there.</returns>
    public bool TryPlace(uint length, ulong descriptors, ulong available, ulong used)
    {
        const uint EventSize = sizeof(ushort);
        uint usedAlignment = _memory.IsSealed ? 4u : 8u; // else the index could not be written as one
        _mask = length - 1;
        _isArmed = false;
        _guestDescriptors = _memory.FindRing(descriptors, length * (uint)sizeof(Descriptor), alignment: 16);
        _guestAvailable = _memory.FindRing(available, RingHeader + (length * sizeof(ushort)) + EventSize, alignment: 2);
        _guestUsed = _memory.FindRing(used, RingHeader + (length * (uint)sizeof(UsedElement)) + EventSize, usedAlignment);
        return _guestDescriptors != null && _guestAvailable != null && _guestUsed != null;
    }

    /// <summary>Begins.</summary>
    /// <param name="next">Index of the next buffer to take.</param>
    /// <exception cref="FrontEndException">The memory is gone.</exception>
    public void Start(ushort next, bool hasEventIndex)
    {
        _hasEventIndex = hasEventIndex;
        _given = _published = _memory.ReadWord(_guestUsed + 2);
        _memory.Read(_used, _guestUsed + RingHeader, (uint)sizeof(UsedElement)); // its head is written together with the index
        Taken = _seen = next;
        _isArmed = false;
        WasServed = next != 0 || _given != 0;
        if ((ushort)(next - _given) > Length)
            throw new FrontEndException($"a virtqueue of {Length} buffers that starts {(ushort)(next - _given)} after what was given back");
    }

    /// <summary>Goes on where another device stopped, and gives back what that had taken.</summary>
    /// <param name="next">Index of the next buffer to take; null: that after the last which was given back.</param>
    /// <exception cref="FrontEndException">The memory is gone, or the driver has written nonsense.</exception>
    public void Resume(ushort? next, bool hasEventIndex)
    {
        Start(next ?? _memory.ReadWord(_guestUsed + 2), hasEventIndex);
        WasServed = true;
        _memory.Read(_heads, _guestAvailable + RingHeader, Length * sizeof(ushort));
        while (_given != Taken) // in the order in which they were taken, as always: so used elements are what is missing
        {
            ushort head = _heads[_given & _mask];
            if (head >= Length)
                throw new FrontEndException($"buffer {head} in a virtqueue of {Length}");
            GiveBack(head, written: 0);
        }
        _ = Publish();
    }

    /// <summary>Buffers that are ready to take; looks at the driver's index if there are fewer than are wanted.</summary>
    /// <exception cref="FrontEndException">No driver does that; or the memory is gone.</exception>
    public uint CountReady(uint wanted = 1)
    {
        uint ready = (ushort)(_seen - Taken);
        if (ready >= wanted)
            return ready;
        ushort index = _memory.ReadWord(_guestAvailable + 2);
        if (index == _seen)
            return ready;
        ready = (ushort)(index - Taken);
        if (ready > Length || (ushort)(index - _given) > Length)
            throw new FrontEndException($"a driver that makes {(ushort)(index - _given)} buffers of a virtqueue available, which has {Length}");
        var local = stackalloc iovec[2];
        var guest = stackalloc iovec[2];
        uint headsSize = Length * sizeof(ushort), descriptorsSize = Length * (uint)sizeof(Descriptor);
        local[0] = new iovec { iov_base = _heads, iov_len = headsSize };
        local[1] = new iovec { iov_base = _descriptors, iov_len = descriptorsSize };
        guest[0] = new iovec { iov_base = _guestAvailable + RingHeader, iov_len = headsSize };
        guest[1] = new iovec { iov_base = _guestDescriptors, iov_len = descriptorsSize };
        _memory.Read(local, 2, guest, 2, headsSize + descriptorsSize);
        _seen = index;
        _isArmed = false;
        return ready;
    }

    /// <summary>Takes the next buffer; one must be ready.</summary>
    /// <param name="isWritten">Whether we write into it: parts for the other direction are left out.</param>
    /// <param name="most">Bytes that are wanted of it.</param>
    /// <param name="parts">Room for <see cref="MaxParts"/>.</param>
    /// <param name="count">Parts that it has.</param>
    /// <param name="length">Bytes of them.</param>
    /// <returns>Its head, to give it back by.</returns>
    /// <exception cref="FrontEndException">It is not a buffer: says why.</exception>
    public ushort Take(bool isWritten, uint most, iovec* parts, out int count, out uint length)
    {
        ushort head = _heads[Taken & _mask];
        if (head >= Length)
            throw new FrontEndException($"buffer {head} in a virtqueue of {Length}");
        Taken++;
        (count, length) = (0, 0);
        Walk(_descriptors, Length, head, isIndirect: false, isWritten, most, parts, ref count, ref length);
        return head;
    }

    /// <summary>Gives a buffer back; the driver learns of it by <see cref="Publish()"/>.</summary>
    /// <param name="written">Bytes written into it.</param>
    public void GiveBack(ushort head, uint written) => _used[_given++ & _mask] = new UsedElement(head, written);

    /// <summary>Publishes what was given back.</summary>
    /// <returns>Whether the driver asked for an interrupt for any of it.</returns>
    /// <exception cref="FrontEndException">The memory is gone.</exception>
    public bool Publish() => Publish(_elements);

    /// <summary>The same, after what goes into these buffers: by one call where the kernel copies, and the processor keeps stores in order.</summary>
    /// <param name="writes">Has room for <see cref="PublishPieces"/>; is empty then.</param>
    /// <inheritdoc cref="Publish()"/>
    public bool Publish(CopyList writes)
    {
        if (_given == _published)
        {
            writes.Write();
            return false;
        }
        uint first = _published & _mask, count = Unpublished;
        uint untilEnd = Math.Min(count, Length - first);
        AddElements(writes, first, untilEnd);
        if (count > untilEnd)
            AddElements(writes, 0, count - untilEnd);
        // Flags, index and the first element's head: of aligned 8 bytes the kernel makes one store, of 2 it may make two.
        ulong indexAndAround = ((ulong)_given << 16) | ((ulong)_used[0].Head << 32);
        bool isOneCall = !_memory.IsSealed && GuardedCopy.IsInOrder;
        if (isOneCall)
            writes.Add(_guestUsed, &indexAndAround, sizeof(ulong));
        writes.Write();
        Interlocked.MemoryBarrier();
        if (_memory.IsSealed)
            Volatile.Write(ref *(ushort*)(_guestUsed + 2), _given);
        else if (!isOneCall)
            _memory.Write(_guestUsed, &indexAndAround, sizeof(ulong));
        Interlocked.MemoryBarrier();
        ushort old = _published;
        _published = _given;
        if (!_hasEventIndex)
            return (_memory.ReadWord(_guestAvailable) & NoInterrupt) == 0;
        ushort wanted = _memory.ReadWord(_guestAvailable + RingHeader + (Length * sizeof(ushort)));
        return (ushort)(_given - wanted - 1) < (ushort)(_given - old);
    }

    /// <summary>Asks for a kick when the driver makes the next buffer available.</summary>
    /// <returns>Whether it did not do so meanwhile: if false, the kick may not come.</returns>
    /// <exception cref="FrontEndException">The memory is gone.</exception>
    public bool Arm()
    {
        if (_isArmed)
            return true;
        if (_hasEventIndex) // without, each buffer is kicked for
        {
            ushort next = _seen;
            _memory.Write(_guestUsed + RingHeader + (Length * (uint)sizeof(UsedElement)), &next, sizeof(ushort));
        }
        Interlocked.MemoryBarrier();
        return _isArmed = _memory.ReadWord(_guestAvailable + 2) == _seen;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_descriptors);
        NativeMemory.AlignedFree(_indirect);
        NativeMemory.Free(_heads);
        NativeMemory.Free(_used);
        _elements.Dispose();
    }

    private void Walk(Descriptor* table, uint tableLength, uint index, bool isIndirect, bool isWritten, uint most, iovec* parts, ref int count,
        ref uint length)
    {
        for (uint steps = 0; ; steps++)
        {
            if (index >= tableLength)
                throw new FrontEndException($"descriptor {index} in a table of {tableLength}");
            if (steps == tableLength)
                throw new FrontEndException("a chain of descriptors that goes in a circle");
            var descriptor = table[index];
            if ((descriptor.Flags & Indirect) != 0)
            {
                if (isIndirect || (descriptor.Flags & Next) != 0)
                    throw new FrontEndException("an indirect descriptor where none may be");
                uint entries = ReadIndirect(in descriptor);
                Walk(_indirect, entries, index: 0, isIndirect: true, isWritten, most, parts, ref count, ref length);
                return;
            }
            if ((descriptor.Flags & Write) != 0 == isWritten && length < most)
                Add(descriptor.Address, Math.Min(descriptor.Length, most - length), parts, ref count, ref length);
            if ((descriptor.Flags & Next) == 0)
                return;
            index = descriptor.Next;
        }
    }

    private uint ReadIndirect(in Descriptor descriptor)
    {
        uint entries = descriptor.Length / (uint)sizeof(Descriptor);
        if (entries is 0 or > MaxLength || descriptor.Length % sizeof(Descriptor) != 0)
            throw new FrontEndException($"an indirect table of {descriptor.Length} bytes");
        byte* at = _memory.Find(descriptor.Address, out ulong run);
        if (at == null || run < descriptor.Length)
            throw NotThere(descriptor.Address, descriptor.Length);
        _memory.Read(_indirect, at, descriptor.Length);
        return entries;
    }

    private void Add(ulong address, uint size, iovec* parts, ref int count, ref uint length)
    {
        while (size != 0)
        {
            byte* at = _memory.Find(address, out ulong run);
            if (at == null)
                throw NotThere(address, size);
            if (count == MaxParts)
                throw new FrontEndException($"a buffer of more than {MaxParts} parts");
            uint piece = (uint)Math.Min(size, run);
            parts[count++] = new iovec { iov_base = at, iov_len = piece };
            (address, size, length) = (address + piece, size - piece, length + piece);
        }
    }

    private static FrontEndException NotThere(ulong address, uint size) =>
        new($"a descriptor of {size} bytes at 0x{address:x}, where the guest has no memory");

    private void AddElements(CopyList writes, uint first, uint count) =>
        writes.Add(_guestUsed + RingHeader + (first * (uint)sizeof(UsedElement)), _used + first, count * (uint)sizeof(UsedElement));

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Descriptor(ulong Address, uint Length, ushort Flags, ushort Next);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct UsedElement(uint Head, uint Written);
}
