using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>BlockAck agreements, and what stations told when they associated, where the engine after this one finds them.</summary>
/// <remarks>
/// <code>
/// key:   originator 48 bits, port 16 bits; recipient 48 bits, the port's number of the radio 8 bits, TID 8 bits
/// words: buffer size 16 bits, minimum MPDU start spacing 16 bits, HT octets 32 bits; VHT octets 32 bits, HE octets 32 bits
/// </code>
/// What a station told is under TID 255, with its PHY in the buffer size's place. Written when it changes, on the engine's thread.
/// </remarks>
/// <param name="table">Where; without room in it, an agreement is this engine's alone.</param>
internal sealed class AgreementLedger(CounterTable table)
{
    private const int Told = 255; // a TID
    private ILookup<ulong, CounterTable.Counter>? _left = table.Left.ToLookup(RadioOf);

    /// <summary>A radio.</summary>
    /// <param name="port">Its port's number.</param>
    /// <param name="number">The port's number for it.</param>
    public static ulong RadioOf(int port, int number) => ((ulong)port << 8) | (uint)number;

    /// <summary>The agreements that a radio had under the engine before this one.</summary>
    public IEnumerable<(MacAddress Originator, MacAddress Recipient, int Tid, BlockAckAgreement Agreement)> LeftOf(ulong radio)
    {
        foreach (var left in _left?[radio] ?? [])
        {
            if (TidOf(left) != Told)
                yield return (AddressOf(left.A), AddressOf(left.B), TidOf(left), AgreementOf(left));
        }
    }

    /// <summary>What a radio had told the engine before this one.</summary>
    /// <returns>Null: nothing.</returns>
    public (AmpduCapabilities Ampdu, PhyKind? Phy)? ToldBy(ulong radio)
    {
        foreach (var left in _left?[radio] ?? [])
        {
            if (TidOf(left) == Told)
                return (CapabilitiesOf(left), (ushort)left.First is var phy and not 0 ? (PhyKind)(phy - 1) : null);
        }
        return null;
    }

    /// <summary>Keeps an agreement from now on.</summary>
    /// <returns>Its number, for <see cref="Write(int, BlockAckAgreement)"/> and <see cref="Release"/>.</returns>
    public int Claim(ulong radio, MacAddress originator, MacAddress recipient, int tid) => table.Claim(
        originator.Value | ((radio >> 8) << 48), recipient.Value | ((radio & 0xff) << 48) | ((ulong)tid << 56));

    /// <summary>Keeps what a radio tells from now on.</summary>
    /// <returns>Its number, for <see cref="WriteTold"/> and <see cref="Release"/>.</returns>
    public int ClaimTold(ulong radio) => Claim(radio, default, default, Told);

    /// <summary>An agreement changed.</summary>
    public void Write(int number, BlockAckAgreement agreement) => Write(number, agreement.BufferSize, agreement.Recipient);

    /// <summary>A radio told something.</summary>
    public void WriteTold(int number, in AmpduCapabilities ampdu, PhyKind? phy) => Write(number, phy is { } told ? (int)told + 1 : 0, ampdu);

    /// <summary>Keeps one no longer.</summary>
    public void Release(int number) => table.Release(number);

    /// <summary>What the engine before has left, and nobody has claimed, is of radios that have gone.</summary>
    public void ForgetLeft()
    {
        _left = null;
        table.ForgetLeft();
    }

    private void Write(int number, int first, in AmpduCapabilities capabilities)
    {
        if (number == 0)
            return;
        ref var words = ref table[number];
        words.Second = (uint)capabilities.VhtOctets | ((ulong)capabilities.HeOctets << 32);
        words.First = (ushort)first | ((ulong)(ushort)capabilities.MinSpacingNs << 16) | ((ulong)capabilities.HtOctets << 32);
    }

    private static ulong RadioOf(CounterTable.Counter left) => RadioOf((int)(left.A >> 48), (byte)(left.B >> 48));

    private static MacAddress AddressOf(ulong word) => new(word & ((1UL << 48) - 1));

    private static int TidOf(in CounterTable.Counter left) => (int)(left.B >> 56);

    private static BlockAckAgreement AgreementOf(in CounterTable.Counter left) =>
        new() { BufferSize = (ushort)left.First, Recipient = CapabilitiesOf(left) };

    private static AmpduCapabilities CapabilitiesOf(in CounterTable.Counter left) =>
        new((int)(left.First >> 32), (int)(uint)left.Second, (int)(left.Second >> 32), (ushort)(left.First >> 16));
}
