using System.Buffers.Binary;
using ShmWifi.Dot11;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.SystemTests.KernelModule;

/// <summary>A copy of what the guest sent in a TX slot.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Flags">FRAME: <see cref="TxFlags"/>; RADIO_ADD: <see cref="RadioFlags"/>.</param>
/// <param name="Radio">The port's number for the radio.</param>
/// <param name="FreqMhz">FRAME and RX_REFUSED: where.</param>
/// <param name="Cookie">FRAME: hwsim's.</param>
/// <param name="Rates">FRAME: hwsim_tx_rate[4], little-endian in one word.</param>
/// <param name="Address">RADIO_*, ADDRESS_*: the address.</param>
/// <param name="Payload">The frame, or the radio's name.</param>
internal sealed record HeardSlot(
    RingKind Kind, byte Flags, ushort Radio, uint FreqMhz, ulong Cookie, ulong Rates, MacAddress Address, byte[] Payload)
{
    private const int InjectedLength = 28;

    /// <summary>Whether it is a frame of guest/probe.c's with that number.</summary>
    /// <param name="number">From 1.</param>
    public bool IsInjected(uint number) => Kind == RingKind.Frame && Payload.Length == InjectedLength
        && BinaryPrimitives.ReadUInt32LittleEndian(Payload.AsSpan(^sizeof(uint))) == number;

    /// <summary>Copies a slot that an honest guest filled.</summary>
    /// <param name="slot">The slot.</param>
    public static unsafe HeardSlot Copy(TxSlotHeader* slot) => new(
        slot->Kind,
        slot->Flags,
        slot->Radio,
        slot->FreqMhz,
        slot->Cookie,
        *(ulong*)slot->Rates,
        new MacAddress(new ReadOnlySpan<byte>(slot->Address, MacAddress.Length)),
        new ReadOnlySpan<byte>((byte*)slot + slot->Offset, (int)slot->Length).ToArray());
}
