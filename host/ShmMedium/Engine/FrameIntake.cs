using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>Takes TX slots: checks what a guest wrote, and makes a frame of it or hands it to the announcements.</summary>
/// <remarks>All of a slot's header is copied first; what is checked and used is the copy.</remarks>
internal sealed unsafe class FrameIntake(Announcements announcements)
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
            return TryReadFrame(port, slot, (byte*)shared, in header, takenNs, out frame);
        Unsafe.SkipInit(out frame);
        if (header.Kind != RingKind.None)
            announcements.Handle(port, (byte*)shared, in header, takenNs);
        return false;
    }

    private static bool TryReadFrame(Port port, uint slot, byte* slotAddress, in TxSlotHeader header, ulong takenNs, out Frame frame)
    {
        Unsafe.SkipInit(out frame); // all of it is set, or false returned
        if (!IsInSlot(in header, Abi.SlotPayloadSize))
        {
            port.BreakOff(PortFault.Length);
            return false;
        }
        if (header.Radio >= Abi.MaxRadios)
        {
            port.BreakOff(PortFault.Radio);
            return false;
        }
        if (port.Radios[header.Radio] is not { } sender || header.Length < FrameView.MinLength)
        {
            port.Rings.Count(HostCounter.DropInvalid);
            return false;
        }

        frame.Sender = sender;
        frame.Slot = slot;
        frame.IsHeld = false;
        frame.Bytes = slotAddress + header.Offset;
        frame.Length = header.Length;
        frame.FreqMhz = header.FreqMhz;
        frame.Flags = (TxFlags)header.Flags;
        frame.Cookie = header.Cookie;
        frame.CapturedNs = header.CapturedNs;
        frame.TakenNs = takenNs;
        fixed (byte* rates = header.Rates, rateFlags = header.RateFlags)
            frame.Chain = RetryChain.Read(new ReadOnlySpan<byte>(rates, TxRates.Size), new ReadOnlySpan<byte>(rateFlags, RetryChain.FlagsSize));
        frame.Receiver = new MacAddress(new ReadOnlySpan<byte>(frame.Bytes + FrameView.Addr1Offset, MacAddress.Length));
        sender.OnSent(header.FreqMhz);
        port.Rings.Count(HostCounter.TxFrames);
        port.Rings.Count(HostCounter.TxBytes, header.Length);
        return true;
    }

    /// <summary>Whether a payload lies within its slot.</summary>
    internal static bool IsInSlot(in TxSlotHeader header, uint maxLength) =>
        header.Offset >= Abi.SlotHeaderSize && header.Length <= maxLength && header.Offset <= Abi.SlotSize - header.Length;

    /// <summary>A slot's header, and where the services put the frame's: only a hint, wherever the frame is.</summary>
    private static void Prefetch(byte* slot)
    {
        if (!Sse.IsSupported)
            return;
        Sse.Prefetch0(slot);
        Sse.Prefetch0(slot + Abi.SlotHeaderSize);
    }
}
