using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Unit.ShmMedium.Telemetry;

/// <summary>Frames with the sender's time stamp, as a service that knows the host's clock sends them.</summary>
internal static unsafe class StampedFrames
{
    public static void SendStamped(this SimulatedGuest vm, ReadOnlySpan<byte> frame, uint freqMhz = 2412)
    {
        vm.WaitForTxSlot();
        frame.CopyTo(new Span<byte>((byte*)vm.Port.TxSlot(vm.Port.Tx.Tail) + Abi.SlotHeaderSize, Abi.SlotPayloadSize));
        vm.SendSlot(new TxSlotHeader
        {
            Kind = RingKind.Frame,
            Flags = (byte)TxFlags.RequestStatus,
            Length = (uint)frame.Length,
            Offset = Abi.SlotHeaderSize,
            FreqMhz = freqMhz,
            CapturedNs = (ulong)MonotonicClock.NowNs,
        });
    }
}
