using System.Text;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Delivery;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>What guests tell of themselves: that they are ready, their radios, addresses, channels, transmit power and spacing,
/// their clock's questions, what they want measured.</summary>
internal sealed unsafe class Announcements(
    RadioRegistry radios, RadioLedger ledger, RxRings rx, PeerMeasurements measurements, IMediumLog log, EngineCounters counters,
    MediumClock clock)
{
    /// <summary>Carries out a message.</summary>
    /// <param name="slotAddress">Where its payload is; shared.</param>
    /// <param name="header">Its header; a copy.</param>
    /// <param name="takenNs">Now, CLOCK_MONOTONIC.</param>
    public void Handle(Port port, byte* slotAddress, in TxSlotHeader header, ulong takenNs)
    {
        if (header.Radio >= Abi.MaxRadios)
        {
            port.BreakOff(PortFault.Radio);
            return;
        }
        MacAddress address;
        fixed (byte* octets = header.Address)
            address = new MacAddress(new ReadOnlySpan<byte>(octets, MacAddress.Length));
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long startNs = clock.MonotonicNs;
        Dispatch(port, slotAddress, in header, address, takenNs);
        ledger.Save(port, header.Kind, header.Radio);
        WorkBudget.Charge(port, clock.MonotonicNs - startNs);
        counters.ControlAllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocated;
    }

    private void Dispatch(Port port, byte* slotAddress, in TxSlotHeader header, MacAddress address, ulong takenNs)
    {
        var radio = port.Radios[header.Radio];
        switch (header.Kind)
        {
            case RingKind.Hello:
                Greet(port);
                break;
            case RingKind.RadioAdd:
                AddRadio(port, slotAddress, in header, address);
                break;
            case RingKind.RadioDel when radio is not null:
                radios.Remove(radio);
                log.RadioGone(radio);
                break;
            case RingKind.AddressAdd when radio is not null:
                AddAddress(radio, address);
                break;
            case RingKind.AddressDel when radio is not null:
                radios.RemoveAddress(radio, address);
                break;
            case RingKind.ClockSync:
                AnswerClockSync(port, header.Cookie);
                break;
            case RingKind.RadioChannel when radio is not null:
                radios.Tune(radio, ((ChannelFlags)header.Flags & ChannelFlags.Unknown) == ChannelFlags.None ? header.FreqMhz : null);
                break;
            case RingKind.RadioTxPower when radio is not null && header.TxPowerDbm is >= Abi.MinTxPower and <= Abi.MaxTxPower:
                radios.SetTxPower(radio, header.TxPowerDbm);
                break;
            case RingKind.RadioSpacing when radio is not null && ChannelSpacings.FromMhz(header.SpacingMhz) is { } spacing:
                radios.SetSpacing(radio, spacing);
                break;
            case RingKind.PmsrRequest:
                measurements.Start(port, slotAddress, in header);
                break;
            case RingKind.RadioDel or RingKind.AddressAdd or RingKind.AddressDel or RingKind.RadioChannel or RingKind.RadioTxPower
                or RingKind.RadioSpacing:
                port.Rings.Count(HostCounter.Refused);
                break;
            default:
                port.BreakOff(PortFault.Kind);
                break;
        }
    }

    /// <summary>Where the guest's ABI is checked: its service wrote its version before it said HELLO.</summary>
    private void Greet(Port port)
    {
        if (port.Rings.GuestAbiVersion >> 16 != Abi.Major)
        {
            port.BreakOff(PortFault.AbiVersion);
            return;
        }
        radios.RemoveAll(port);
        log.GuestReady(port);
    }

    private void AddRadio(Port port, byte* slotAddress, in TxSlotHeader header, MacAddress identity)
    {
        if (!header.IsPayloadInSlot(Abi.NameSize))
        {
            port.BreakOff(PortFault.Length);
            return;
        }
        // Copied first: the decoder throws when the guest changes bytes under it.
        Span<byte> name = stackalloc byte[Abi.NameSize];
        name = name[..(int)header.Length];
        new ReadOnlySpan<byte>(slotAddress + header.Offset, name.Length).CopyTo(name);
        bool isNew = port.Radios[header.Radio]?.Identity != identity;
        string printable = PrintableName(name, header.Radio);
        var radio = radios.AddOrGet(port, header.Radio, identity, printable);
        if (radio is null)
        {
            port.Rings.Count(HostCounter.Refused);
            log.RadioRefused(port, printable);
            return;
        }
        radio.Flags = (RadioFlags)header.Flags;
        radios.SetMonitor(radio, radio.Flags.HasFlag(RadioFlags.Monitor));
        if (isNew)
            log.RadioAdded(radio);
    }

    private void AddAddress(Radio radio, MacAddress address)
    {
        var claim = address.IsGroup ? AddressClaim.NotAllowed : radios.AddAddress(radio, address);
        if (claim == AddressClaim.Granted)
            return;
        radio.Port.Rings.Count(HostCounter.Refused);
        log.AddressRefused(radio, address, claim);
    }

    /// <summary>A radio sent as a transmitter that its VM may not be: says so once for each.</summary>
    public void TellOfTransmitter(Radio radio, MacAddress transmitter)
    {
        if (radio.RefusedTransmitter == transmitter)
            return;
        radio.RefusedTransmitter = transmitter;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        log.TransmitterRefused(radio, transmitter);
        counters.ControlAllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocated;
    }

    /// <summary>A guest's text is shown on terminals and written to files: keep what is harmless there.</summary>
    private static string PrintableName(ReadOnlySpan<byte> utf8, int number)
    {
        string name = Encoding.UTF8.GetString(utf8);
        string clean = string.Concat(name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));
        return clean.Length == 0 ? $"radio{number}" : clean;
    }

    private void AnswerClockSync(Port port, ulong cookie)
    {
        if (!rx.HasRoomForMessage(port))
        {
            port.Rings.Count(HostCounter.DropStatus);
            return;
        }
        *port.NextDescriptor = new RxDescriptor
        {
            Kind = RingKind.ClockSync,
            Cookie = cookie,
            SourcePort = (ushort)port.Id,
            TakenNs = (ulong)clock.MonotonicNs,
        };
        port.CommitMessage();
        rx.PublishLater(port);
    }
}
