using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Support;

/// <summary>A copy of what an honest guest sent in a TX slot.</summary>
/// <param name="Flags">FRAME: <see cref="TxFlags"/>; RADIO_ADD: <see cref="RadioFlags"/>; RADIO_CHANNEL: <see cref="ChannelFlags"/>.</param>
/// <param name="FreqMhz">FRAME and RADIO_CHANNEL: where.</param>
/// <param name="Cookie">FRAME: hwsim's.</param>
/// <param name="Rates">FRAME: hwsim_tx_rate[4], little-endian in one word.</param>
/// <param name="Address">RADIO_*, ADDRESS_*: the address.</param>
/// <param name="TxPowerDbm">RADIO_TX_POWER: transmit power, dBm.</param>
/// <param name="SpacingMhz">RADIO_SPACING: of its channels, MHz.</param>
internal sealed record SentSlot(
    RingKind Kind, byte Flags, ushort Radio, uint FreqMhz, ulong Cookie, ulong Rates, MacAddress Address, sbyte TxPowerDbm, byte SpacingMhz,
    byte[] Payload)
{
    /// <summary>Copies a slot.</summary>
    public static unsafe SentSlot Copy(TxSlotHeader* slot) => new(
        slot->Kind,
        slot->Flags,
        slot->Radio,
        slot->FreqMhz,
        slot->Cookie,
        *(ulong*)slot->Rates,
        new MacAddress(new ReadOnlySpan<byte>(slot->Address, MacAddress.Length)),
        slot->TxPowerDbm,
        slot->SpacingMhz,
        new ReadOnlySpan<byte>((byte*)slot + slot->Offset, (int)slot->Length).ToArray());
}
