using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ShmWifi.Configuration.Medium;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>What the engine that comes after this one must know of the medium: a memfd beside the <see cref="Ledger"/>.</summary>
/// <remarks>
/// <code>
/// header: magic u64, version u32, which text holds u32 (0: none), two texts: offset u64, length u64
/// counters of injected faults; counters of random draws; BlockAck agreements
/// texts, one written while the other holds
/// </code>
/// A text holds from one store on, when it is there as a whole: an engine that is killed in the middle leaves the text before.
/// </remarks>
internal sealed unsafe class MediumLedger : IDisposable
{
    /// <summary>Counters of <see cref="Draws"/>. Pages that no draw touches cost nothing.</summary>
    public const int DrawCounters = 1 << 20;

    private const int AgreementCounters = 1 << 17; // a VM has at most 1/8 of them: 64 radios, BlockAckAgreements.MaxKept each
    private const string Name = "medium";
    private const int FaultCounters = 2 * MediumLimits.Faults; // those that come are there before those that go
    private static readonly KeptHeader _header = new(Magic: 0x314d474c57494853, Version: 2); // "SHIWLGM1"
    private readonly SharedMemory _memory;
    private readonly SafeFileHandle _file;

    private MediumLedger(SharedMemory memory)
    {
        _memory = memory;
        _file = new SafeFileHandle(memory.Descriptor, ownsHandle: false);
        Faults = new CounterTable(memory.Address + sizeof(Header), FaultCounters);
        byte* draws = memory.Address + sizeof(Header) + CounterTable.SizeFor(FaultCounters);
        Draws = new CounterTable(draws, DrawCounters);
        Agreements = new CounterTable(draws + CounterTable.SizeFor(DrawCounters), AgreementCounters);
    }

    /// <summary>What injected faults have hit and drawn.</summary>
    public CounterTable Faults { get; }

    /// <summary>Random numbers that links have drawn.</summary>
    public CounterTable Draws { get; }

    /// <summary>What stations agreed on with each other, which an edited file does not change.</summary>
    public CounterTable Agreements { get; }

    /// <summary>What was written last; null: nothing was.</summary>
    public string? Text
    {
        get
        {
            if (Head->Current == 0)
                return null;
            var extent = Head->Current == 1 ? Head->First : Head->Second;
            byte[] bytes = new byte[extent.Length];
            return RandomAccess.Read(_file, bytes, extent.Offset) == bytes.Length ? Encoding.UTF8.GetString(bytes) : null;
        }
    }

    private static long HeadSize => sizeof(Header) + (long)CounterTable.SizeFor(FaultCounters) + (long)CounterTable.SizeFor(DrawCounters)
        + (long)CounterTable.SizeFor(AgreementCounters);

    private Header* Head => (Header*)_memory.Address;

    /// <summary>One that goes with this engine.</summary>
    /// <exception cref="LibCException">No memory.</exception>
    public static MediumLedger Create() => new(KeptMemory.Create(Name, _header, (ulong)HeadSize, mayGrow: true));

    /// <summary>Takes over what an engine before has left, or begins one and has it kept.</summary>
    /// <exception cref="LibCException">No memory.</exception>
    public static MediumLedger Open(IDescriptorStore store) => new(KeptMemory.Open(store, Name, _header, (ulong)HeadSize, mayGrow: true));

    /// <summary>Has another text hold. One thread at a time.</summary>
    /// <exception cref="IOException">No memory: the text before holds.</exception>
    public void Write(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var now = Head->Current switch { 1 => Head->First, 2 => Head->Second, _ => default };
        long offset = now.Length == 0 || now.Offset - HeadSize >= bytes.Length ? HeadSize : now.Offset + now.Length;
        RandomAccess.Write(_file, bytes, offset);
        var written = new Extent { Offset = offset, Length = bytes.Length };
        if (Head->Current == 1)
            Head->Second = written;
        else
            Head->First = written;
        Volatile.Write(ref Head->Current, Head->Current == 1 ? 2u : 1);
    }

    /// <summary>The medium begins anew: nothing of what an engine before has left holds.</summary>
    public void Forget()
    {
        Head->Current = 0;
        Faults.ForgetLeft();
        Draws.ForgetLeft();
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    [StructLayout(LayoutKind.Sequential)]
    private struct Extent
    {
        public long Offset;
        public long Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public KeptHeader Is;
        public uint Current;
        public Extent First;
        public Extent Second;
    }
}
