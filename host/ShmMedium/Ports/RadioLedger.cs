using System.Text;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.ShmMedium.Ports;

/// <summary>Writes radios down as their guests announce them, and brings them back: an engine that takes over need not ask.</summary>
internal sealed unsafe class RadioLedger(Ledger ledger, RadioRegistry radios)
{
    /// <summary>A guest said something of one of its radios, or of all.</summary>
    public void Save(Port port, RingKind kind, ushort number)
    {
        if (kind is RingKind.ClockSync or RingKind.PmsrRequest)
            return;
        var entry = ledger.Port(port.Id);
        Volatile.Write(ref entry->AreRadiosTorn, 1);
        if (kind == RingKind.Hello)
            ledger.ClearRadios(port.Id);
        else
            Save(port, number);
        Volatile.Write(ref entry->AreRadiosTorn, 0);
    }

    /// <summary>Brings a port's radios back.</summary>
    /// <returns>False: they were being written when the engine before died.</returns>
    public bool Restore(Port port)
    {
        if (ledger.Port(port.Id)->AreRadiosTorn != 0)
            return false;
        for (ushort number = 0; number < Abi.MaxRadios; number++)
        {
            if (ledger.Radio(port.Id, number)->IsThere != 0)
                Restore(port, number);
        }
        return true;
    }

    private void Save(Port port, ushort number)
    {
        var entry = ledger.Radio(port.Id, number);
        if (port.Radios[number] is not { } radio)
        {
            entry->IsThere = 0;
            return;
        }
        entry->Flags = radio.Flags;
        entry->SpacingMhz = (byte)radio.Spacing.Mhz();
        (entry->HasTxPower, entry->TxPowerDbm) = radio.Endpoint.GuestTxPowerDbm is { } dbm ? ((byte)1, dbm) : ((byte)0, (sbyte)0);
        (entry->HasChannel, entry->ChannelMhz) = radio.ChannelMhz is { } channel ? ((byte)1, channel) : ((byte)0, 0u);
        radio.Identity.CopyTo(new Span<byte>(entry->Identity, MacAddress.Length));
        entry->NameLength = (byte)Encoding.ASCII.GetBytes(radio.Name, new Span<byte>(entry->Name, Abi.NameSize));
        for (int i = 0; i < radio.Claims.Length; i++)
            radio.Claims[i].CopyTo(new Span<byte>(entry->Addresses + (i * MacAddress.Length), MacAddress.Length));
        entry->AddressCount = (byte)radio.Claims.Length;
        entry->IsThere = 1;
    }

    private void Restore(Port port, ushort number)
    {
        var entry = ledger.Radio(port.Id, number);
        var identity = new MacAddress(new ReadOnlySpan<byte>(entry->Identity, MacAddress.Length));
        var radio = radios.AddOrGet(port, number, identity, Encoding.ASCII.GetString(entry->Name, entry->NameLength));
        if (radio is null)
            return; // fewer are allowed than before
        radio.Flags = entry->Flags;
        radios.SetMonitor(radio, radio.Flags.HasFlag(RadioFlags.Monitor));
        for (int i = 0; i < entry->AddressCount; i++)
            _ = radios.AddAddress(radio, new MacAddress(new ReadOnlySpan<byte>(entry->Addresses + (i * MacAddress.Length), MacAddress.Length)));
        if (ChannelSpacings.FromMhz(entry->SpacingMhz) is { } spacing)
            radios.SetSpacing(radio, spacing);
        if (entry->HasTxPower != 0)
            radios.SetTxPower(radio, entry->TxPowerDbm);
        radios.Tune(radio, entry->HasChannel != 0 ? entry->ChannelMhz : null);
    }
}
