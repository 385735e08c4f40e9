using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Delivery;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>Takes TX slots: checks what a guest wrote, and makes a frame of it or hands it to the announcements.</summary>
/// <remarks>All of a slot's header is copied first; what is checked and used is the copy.</remarks>
internal sealed unsafe class FrameIntake(RadioRegistry radios, Announcements announcements, TxStatusReporter statuses)
{
    private const uint PrefetchDistance = 4; // slots
    private const int UsedHeaderSize = 64; // of a slot's header: the rest is reserved, and another cache line

    /// <summary>How many slots a port has ready.</summary>
    public static uint CountReady(Port port)
    {
        if (port.IsFaulted || port.IsRetired)
            return 0;
        uint ready = port.Rings.Tx.CountReady();
        if (port.Rings.Tx.IsBroken)
            port.BreakOff(PortFault.TxTail);
        return ready;
    }

    /// <summary>Has the first of the slots that are ready fetched from the guest's core.</summary>
    public static void Prefetch(Port port, uint ready)
    {
        for (uint i = 0; i < Math.Min(PrefetchDistance, ready); i++)
            Prefetch((byte*)port.Rings.TxSlot(port.Rings.Tx.Taken + i));
    }

    /// <summary>Takes the next slot.</summary>
    /// <param name="ready">How many it has, this one included.</param>
    /// <param name="takenNs">Now, CLOCK_MONOTONIC.</param>
    /// <returns>False: it is no frame of a radio that is known; what it is was processed.</returns>
    public bool TryTake(Port port, uint ready, ulong takenNs, out Frame frame)
    {
        uint slot = port.Rings.Tx.Taken;
        port.Rings.Tx.Take(1);
        if (ready > PrefetchDistance)
            Prefetch((byte*)port.Rings.TxSlot(slot + PrefetchDistance));

        var shared = port.Rings.TxSlot(slot);
        Unsafe.SkipInit(out TxSlotHeader header);
        Buffer.MemoryCopy(shared, &header, sizeof(TxSlotHeader), UsedHeaderSize);
        if (header.Kind == RingKind.Frame)
        {
            Unsafe.SkipInit(out frame);
            if (!header.IsPayloadInSlot(Abi.SlotPayloadSize))
            {
                port.BreakOff(PortFault.Length);
                return false;
            }
            if (!TryReadFrame(port, slot, (byte*)shared + header.Offset, in header, takenNs, out frame))
                return false;
            port.CountSent(header.Length);
            return true;
        }
        Unsafe.SkipInit(out frame);
        if (header.Kind != RingKind.None)
            announcements.Handle(port, (byte*)shared, in header, takenNs);
        return false;
    }

    /// <summary>Makes a frame of one that another engine has taken and did not come to sending.</summary>
    /// <param name="bytes">Its bytes; copied when the frame is transmitted.</param>
    /// <returns>False: its sender is not there any more, or all receivers of its group had it.</returns>
    public bool TryInherit(Port port, in LedgerFrame left, byte* bytes, out Frame frame)
    {
        if (!TryReadFrame(port, left.Slot, bytes, in left.Header, left.TakenNs, out frame))
            return false;
        if (left.State == LedgerFrameState.Received)
        {
            if (frame.Receiver.IsGroup)
                return false;
            bytes[1] |= FrameControl.RetryFlag;
        }
        frame.IsHeld = frame.IsInherited = true;
        return true;
    }

    private bool TryReadFrame(Port port, uint slot, byte* bytes, in TxSlotHeader header, ulong takenNs, out Frame frame)
    {
        Unsafe.SkipInit(out frame); // all of it is set, or false returned
        if (header.Radio >= Abi.MaxRadios)
        {
            port.BreakOff(PortFault.Radio);
            return false;
        }
        if (header.Length < FrameView.MinLength)
            return Refuse(port, in header, takenNs, HostCounter.DropInvalid);
        frame.Receiver = new MacAddress(new ReadOnlySpan<byte>(bytes + FrameView.Addr1Offset, MacAddress.Length));
        if (port.Radios[header.Radio] is not { } sender)
            return Refuse(port, in header, takenNs, HostCounter.DropInvalid, frame.Receiver.IsGroup);
        frame.Transmitter = default;
        if (header.Length >= FrameView.Addr2Offset + MacAddress.Length)
        {
            frame.Transmitter = new MacAddress(new ReadOnlySpan<byte>(bytes + FrameView.Addr2Offset, MacAddress.Length));
            if (!radios.MaySendAs(sender, frame.Transmitter))
            {
                announcements.TellOfTransmitter(sender, frame.Transmitter);
                return Refuse(port, in header, takenNs, HostCounter.DropTransmitter, frame.Receiver.IsGroup);
            }
        }

        frame.Sender = sender;
        frame.Slot = slot;
        frame.IsHeld = frame.IsInherited = false;
        frame.Bytes = bytes;
        frame.Length = header.Length;
        frame.FreqMhz = header.FreqMhz;
        frame.Spacing = sender.Spacing;
        frame.Flags = (TxFlags)header.Flags;
        frame.Cookie = header.Cookie;
        frame.CapturedNs = header.CapturedNs;
        frame.TakenNs = takenNs;
        fixed (byte* rates = header.Rates, rateFlags = header.RateFlags)
            frame.Chain = RetryChain.Read(new ReadOnlySpan<byte>(rates, TxRates.Size), new ReadOnlySpan<byte>(rateFlags, RetryChain.FlagsSize));
        DataRates.OnSending(in frame);
        frame.DataRate = DataRates.Of(in frame, radios);
        sender.OnSent(header.FreqMhz);
        return true;
    }

    /// <summary>Counts a frame that is not sent, and tells its sender.</summary>
    /// <param name="isGroup">Addressed to a group: the guest completed it itself.</param>
    private bool Refuse(Port port, in TxSlotHeader header, ulong takenNs, HostCounter reason, bool isGroup = false)
    {
        port.Rings.Count(reason);
        if (!isGroup && ((TxFlags)header.Flags & TxFlags.NoAck) == TxFlags.None)
            statuses.Refuse(port, in header, takenNs);
        return false;
    }

    /// <summary>A slot's header, and where the services put the frame's: only a hint, wherever the frame is.</summary>
    private static void Prefetch(byte* slot)
    {
        if (!Sse.IsSupported)
            return;
        Sse.Prefetch0(slot);
        Sse.Prefetch0(slot + Abi.SlotHeaderSize);
    }
}
