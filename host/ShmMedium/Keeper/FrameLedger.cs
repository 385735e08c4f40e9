using System.Runtime.CompilerServices;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>Frames that wait in the host's memory, where the next engine finds them: a memfd beside the <see cref="Ledger"/>.</summary>
/// <remarks>
/// <code>
/// header: magic u64, version u32; places that were ever used u32
/// records: struct LedgerFrame, one a place
/// bytes: 802.11 frames, Abi.SlotPayloadSize a place
/// </code>
/// Pages that no frame touches cost nothing.
/// </remarks>
internal sealed unsafe class FrameLedger : IDisposable
{
    /// <summary>Frames at most.</summary>
    public const int Capacity = 8192;

    private const string Name = "frames";
    private static readonly KeptHeader _header = new(Magic: 0x31464c4757494853, Version: 1); // "SHIWGLF1"
    private readonly SharedMemory _memory;
    private readonly uint* _used;
    private readonly LedgerFrame* _records;
    private readonly byte* _bytes;

    private FrameLedger(SharedMemory memory)
    {
        _memory = memory;
        _used = (uint*)(memory.Address + sizeof(KeptHeader));
        _records = (LedgerFrame*)(_used + 1);
        _bytes = (byte*)(_records + Capacity);
    }

    private static ulong Size => (ulong)sizeof(KeptHeader) + sizeof(uint) + ((ulong)Capacity * ((ulong)sizeof(LedgerFrame) + Abi.SlotPayloadSize));

    /// <summary>One that goes with this engine.</summary>
    /// <exception cref="LibCException">No memory.</exception>
    public static FrameLedger Create() => new(KeptMemory.Create(Name, _header, Size));

    /// <summary>Takes over what an engine before has left, or begins one and has it kept.</summary>
    /// <exception cref="LibCException">No memory.</exception>
    public static FrameLedger Open(IDescriptorStore store) => new(KeptMemory.Open(store, Name, _header, Size));

    /// <summary>Where its bytes are; there is room for <see cref="Abi.SlotPayloadSize"/>.</summary>
    public byte* BytesAt(int place) => _bytes + ((nuint)place * Abi.SlotPayloadSize);

    /// <summary>What else is to be known of the frame at a place; written before <see cref="Add"/>.</summary>
    public ref LedgerFrame this[int place] => ref _records[place];

    /// <summary>A frame waits from now on: its bytes and what else is to be known are in their place.</summary>
    public void Add(int place)
    {
        *_used = Math.Max(*_used, (uint)place + 1);
        Volatile.Write(ref Unsafe.As<LedgerFrameState, uint>(ref _records[place].State), (uint)LedgerFrameState.Waits);
    }

    /// <summary>Some receiver may have a frame that still waits.</summary>
    public void MarkReceived(int place) => _records[place].State = LedgerFrameState.Received;

    /// <summary>A frame waits no longer, if it did.</summary>
    public void Remove(int place) => _records[place].State = LedgerFrameState.None;

    /// <summary>Takes the frames out that an engine before has left, in the order in which they were to be sent.</summary>
    public IReadOnlyList<(LedgerFrame Frame, byte[] Bytes)> TakeLeft()
    {
        List<(LedgerFrame Frame, byte[] Bytes)> left = [];
        int used = (int)Math.Min(*_used, (uint)Capacity);
        for (int place = 0; place < used; place++)
        {
            if (_records[place].State == LedgerFrameState.None)
                continue;
            var frame = _records[place];
            left.Add((frame, new ReadOnlySpan<byte>(BytesAt(place), (int)Math.Min(frame.Header.Length, Abi.SlotPayloadSize)).ToArray()));
            _records[place].State = LedgerFrameState.None;
        }
        left.Sort((a, b) => a.Frame.Order.CompareTo(b.Frame.Order));
        return left;
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
