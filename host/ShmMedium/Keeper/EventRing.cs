using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>The latest that happened to engines, for who comes after one that died: a memfd beside the <see cref="Ledger"/>.</summary>
/// <remarks>
/// <code>
/// header: magic u64, version u32; numbers given out u64, of them saved u64
/// slots: number u64 (0: nothing, all ones: being written), time i64, process ID i32, level u8, goes on with the slot before u8, octets u16, text
/// </code>
/// One ring for all engines: number n, from 1, is in slot n modulo <see cref="Capacity"/>. Any thread writes, and waits for none: of two that meet
/// in a slot, since one slept while the ring turned once, the later one's text is lost. A slot that an engine died in is passed over.
/// </remarks>
internal sealed unsafe class EventRing : IDisposable
{
    /// <summary>Slots.</summary>
    public const int Capacity = 256;

    /// <summary>Octets of text in a slot; longer texts have several.</summary>
    public const int SlotText = 232;

    /// <summary>Octets of text at most: an exception with its stack.</summary>
    public const int MaxText = 16 * SlotText;

    private const string Name = "events";
    private const ulong BeingWritten = ulong.MaxValue;
    private static readonly KeptHeader _header = new(Magic: 0x3152454957494853, Version: 1); // "SHIWIER1"
    private readonly SharedMemory _memory;
    private readonly ulong _leftEnd;

    private EventRing(SharedMemory memory)
    {
        _memory = memory;
        _leftEnd = Head->Given;
        Left = ReadLeft();
        for (int i = 0; i < Capacity; i++)
        {
            if (Slots[i].Number == BeingWritten)
                Slots[i].Number = 0; // by who is dead
        }
    }

    /// <summary>What engines before this one have left, and nobody has saved; the latest last.</summary>
    public IReadOnlyList<EventRecord> Left { get; }

    private static ulong Size => (ulong)(sizeof(Header) + (Capacity * sizeof(Slot)));

    private Header* Head => (Header*)_memory.Address;

    private Slot* Slots => (Slot*)(Head + 1);

    /// <summary>Takes over what engines before have left, or begins one and has it kept.</summary>
    /// <exception cref="LibCException">No memory.</exception>
    public static EventRing Open(IDescriptorStore store) => new(KeptMemory.Open(store, Name, _header, Size));

    /// <summary>Something happened. Any thread; one that dies before this returns may leave no trace of it.</summary>
    /// <param name="text">Cut to <see cref="MaxText"/>.</param>
    public void Write(LogLevel level, string text)
    {
        var octets = Encoding.UTF8.GetBytes(text).AsSpan();
        octets = octets[..Math.Min(octets.Length, MaxText)];
        uint count = Math.Max(((uint)octets.Length + SlotText - 1) / SlotText, 1);
        ulong first = Interlocked.Add(ref Head->Given, count) - count + 1;
        long nowNs = MonotonicClock.NowNs;
        for (uint i = 0; i < count; i++)
        {
            int length = Math.Min(octets.Length, SlotText);
            Write(first + i, nowNs, level, goesOn: i != 0, octets[..length]);
            octets = octets[length..];
        }
    }

    /// <summary>What was <see cref="Left"/> is where it outlives the ring: the next engine is not shown it again.</summary>
    public void ForgetLeft() => Head->Saved = _leftEnd;

    /// <summary>The engine ends in order: nobody has to be told what happened to it.</summary>
    public void ForgetAll() => Head->Saved = Volatile.Read(ref Head->Given);

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private void Write(ulong number, long ns, LogLevel level, bool goesOn, ReadOnlySpan<byte> text)
    {
        var slot = Slots + (number % Capacity);
        ulong before = Volatile.Read(ref slot->Number);
        if (before == BeingWritten || Interlocked.CompareExchange(ref slot->Number, BeingWritten, before) != before)
            return;
        (slot->Ns, slot->Engine, slot->Level, slot->GoesOn) = (ns, Environment.ProcessId, (byte)level, goesOn ? (byte)1 : (byte)0);
        slot->Length = (ushort)text.Length;
        text.CopyTo(new Span<byte>(slot->Text, SlotText));
        Volatile.Write(ref slot->Number, number);
    }

    private List<EventRecord> ReadLeft()
    {
        List<EventRecord> all = [];
        ulong end = Head->Given, from = Math.Max(Head->Saved, end - Math.Min(end, Capacity));
        ulong latest = 0; // that is whole
        for (ulong number = from + 1; number <= end; number++)
        {
            var slot = Slots + (number % Capacity);
            if (slot->Number != number || slot->Length > SlotText)
                continue;
            byte[] text = new Span<byte>(slot->Text, slot->Length).ToArray();
            if (slot->GoesOn != 0 && latest == number - 1 && latest != 0)
                all[^1] = all[^1] with { Text = (byte[])[.. all[^1].Text.Span, .. text] };
            else
                all.Add(new EventRecord(slot->Ns, slot->Engine, (LogLevel)slot->Level, text));
            latest = number;
        }
        return all;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public KeptHeader Is;
        public uint Unused;
        public ulong Given;
        public ulong Saved;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Slot
    {
        public ulong Number;
        public long Ns;
        public int Engine;
        public byte Level;
        public byte GoesOn;
        public ushort Length;
        public fixed byte Text[SlotText];
    }
}
