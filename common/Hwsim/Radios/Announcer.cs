using System.Text.Unicode;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Port;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Hwsim.Radios;

/// <summary>Tells the host what it does not know of our radios yet, as far as slots are free; the rest at the next call.</summary>
/// <param name="hostTakes">Which kinds of message the host takes besides those of the first ABI.</param>
internal sealed unsafe class Announcer(RadioTable radios, TxSlots slots, RegionFeatures hostTakes)
{
    private const int MaxNameSize = Abi.NameSize - 1;

    /// <summary>Fills slots; the caller publishes them.</summary>
    public void Pump()
    {
        if (radios.IsDirty && TrySayAll())
            radios.OnAllSent();
    }

    private bool TrySayAll()
    {
        if (radios.IsHelloWanted)
        {
            if (slots.TryAdd(RingKind.Hello, radio: 0) == null)
                return false;
            radios.OnHelloSent();
        }
        foreach (var radio in radios.All)
        {
            if (radio is not null && !(radio.IsGone ? TrySayGone(radio) : TrySayRadio(radio)))
                return false;
        }
        return true;
    }

    private bool TrySayGone(Radio radio)
    {
        if (slots.TryAdd(RingKind.RadioDel, radio.Number) == null)
            return false;
        radios.Forget(radio);
        return true;
    }

    private bool TrySayRadio(Radio radio)
    {
        if (!radio.IsAnnounced)
        {
            var slot = slots.TryAdd(RingKind.RadioAdd, radio.Number);
            if (slot == null)
                return false;
            slot->Flags = (byte)(radio.HasMonitor ? RadioFlags.Monitor : RadioFlags.None);
            _ = Utf8.FromUtf16(radio.Name, new Span<byte>((byte*)slot + Abi.SlotHeaderSize, MaxNameSize), out _, out int nameLength);
            slot->Length = (uint)nameLength;
            radio.Transmitter.CopyTo(new Span<byte>(slot->Address, MacAddress.Length));
            radio.IsAnnounced = radio.IsKnownToHost = true;
        }
        if (!TrySayTxPower(radio) || !TrySaySpacing(radio))
            return false;
        foreach (var address in radio.Addresses)
        {
            if (address.IsWanted != address.IsAnnounced)
            {
                var slot = slots.TryAdd(address.IsWanted ? RingKind.AddressAdd : RingKind.AddressDel, radio.Number);
                if (slot == null)
                    return false;
                address.Value.CopyTo(new Span<byte>(slot->Address, MacAddress.Length));
                address.IsAnnounced = address.IsWanted;
            }
        }
        radio.Tidy();
        return true;
    }

    private bool TrySayTxPower(Radio radio)
    {
        if (radio.TxPowerDbm is not { } dbm || radio.TxPowerTold == dbm || !HostTakes(RegionFeatures.TxPower))
            return true;
        var slot = slots.TryAdd(RingKind.RadioTxPower, radio.Number);
        if (slot == null)
            return false;
        slot->TxPowerDbm = dbm;
        radio.TxPowerTold = dbm;
        return true;
    }

    private bool TrySaySpacing(Radio radio)
    {
        if (radio.SpacingTold == radio.Spacing || !HostTakes(RegionFeatures.Spacing))
            return true;
        var slot = slots.TryAdd(RingKind.RadioSpacing, radio.Number);
        if (slot == null)
            return false;
        slot->SpacingMhz = (byte)radio.Spacing.Mhz();
        radio.SpacingTold = radio.Spacing;
        return true;
    }

    private bool HostTakes(RegionFeatures feature) => (hostTakes & feature) != RegionFeatures.None;
}
