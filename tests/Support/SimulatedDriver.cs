using System.Runtime.InteropServices;
using ShmWifi.Linux;

namespace ShmWifi.Tests.Support;

/// <summary>A driver's side of a split virtqueue with event indices: one descriptor a buffer, each at a place of its own.</summary>
/// <remarks>Source: virtio 1.2, 2.7. What an honest driver does not do, a test does with the words that this shows.</remarks>
/// <param name="memory">The guest's, from its address 0 on.</param>
/// <param name="place">The guest's address of the ring: descriptors, available ring at 0x4000, used ring at 0x5000.</param>
/// <param name="buffers">The guest's address of the first buffer.</param>
/// <param name="kick">Signalled when the device asked for it.</param>
internal sealed unsafe class SimulatedDriver(byte* memory, ulong place, ulong buffers, ushort length, EventFd kick)
{
    /// <summary>Bytes of a buffer.</summary>
    public const int BufferSize = 4096;

    private ushort _taken;

    /// <summary>Buffers that it has.</summary>
    public ushort Length => length;

    /// <summary>The guest's address of the descriptor table.</summary>
    public ulong DescriptorsAt => place;

    /// <summary>The guest's address of the available ring.</summary>
    public ulong AvailableAt => place + 0x4000;

    /// <summary>The guest's address of the used ring.</summary>
    public ulong UsedAt => place + 0x5000;

    /// <summary>Index of the next buffer that is made available.</summary>
    public ref ushort Available => ref ((ushort*)(memory + AvailableAt))[1];

    /// <summary>Kicks given.</summary>
    public int Kicks { get; private set; }

    /// <summary>The device's index.</summary>
    public ushort Used => Volatile.Read(ref ((ushort*)(memory + UsedAt))[1]);

    /// <summary>A descriptor.</summary>
    public ref Descriptor this[int index] => ref ((Descriptor*)(memory + DescriptorsAt))[index];

    /// <summary>The guest's address of a buffer.</summary>
    public ulong AddressOf(int buffer) => buffers + ((ulong)buffer * BufferSize);

    /// <summary>A buffer's bytes.</summary>
    public Span<byte> Buffer(int buffer) => new(memory + AddressOf(buffer), BufferSize);

    /// <summary>Makes a descriptor's chain available, and kicks if the device asked for that.</summary>
    public void Post(ushort head, bool kicksAnyway = false)
    {
        ((ushort*)(memory + AvailableAt))[2 + (Available % length)] = head;
        ushort old = Available;
        Volatile.Write(ref Available, (ushort)(old + 1));
        Interlocked.MemoryBarrier();
        ushort wanted = *(ushort*)(memory + UsedAt + 4 + (8UL * length)); // avail_event
        if (kicksAnyway || wanted == old)
            Kick();
    }

    /// <summary>Tells the device to look.</summary>
    public void Kick()
    {
        Kicks++;
        kick.Signal();
    }

    /// <summary>Takes a buffer that the device is done with, and asks for an interrupt for the next.</summary>
    /// <returns>False: there is none.</returns>
    public bool TryTakeUsed(out ushort head, out int written)
    {
        (head, written) = (0, 0);
        if (_taken == Used)
            return false;
        uint* element = (uint*)(memory + UsedAt + 4) + (2 * (_taken % length));
        (head, written) = ((ushort)element[0], (int)element[1]);
        _taken++;
        ((ushort*)(memory + AvailableAt))[2 + length] = _taken; // used_event
        return true;
    }

    /// <summary>A descriptor as it lies in memory.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public record struct Descriptor(ulong Address, uint Length, ushort Flags, ushort Next)
    {
        /// <summary>Flags.</summary>
        public const ushort HasNext = 1, IsWritten = 2, IsIndirect = 4;
    }
}
