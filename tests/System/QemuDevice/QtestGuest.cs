using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.System.QemuDevice;

/// <summary>A guest's service, word by word through the device's BAR2. Rings no doorbell by itself.</summary>
/// <param name="port">Offset of its port in the region.</param>
public sealed class QtestGuest(IvshmemDevice device, ulong port)
{
    private const uint Mask = 255;
    private uint _tail;

    public uint TxHead => device.Cpu.ReadL(Word(nameof(PortHeader.TxHead)));

    public uint RxTail => device.Cpu.ReadL(Word(nameof(PortHeader.RxTail)));

    /// <summary>RADIO_ADD for radio 0; its payload is its name.</summary>
    public static unsafe TxSlotHeader RadioAdd(MacAddress identity)
    {
        var header = new TxSlotHeader { Kind = RingKind.RadioAdd };
        identity.CopyTo(new Span<byte>(header.Address, MacAddress.Length));
        return header;
    }

    /// <summary>Says which ABI it speaks, then HELLO.</summary>
    public void Hello()
    {
        device.Cpu.WriteL(Word(nameof(PortHeader.GuestAbiVersion)), Abi.Version);
        Send(new TxSlotHeader { Kind = RingKind.Hello });
    }

    /// <summary>Fills a TX slot and publishes it.</summary>
    public void Send(TxSlotHeader header, ReadOnlySpan<byte> payload = default)
    {
        header.Length = (uint)payload.Length;
        header.Offset = Abi.SlotHeaderSize;
        ulong slot = IvshmemDevice.RegionAt(port + RegionGeometry.TxOffset + ((_tail & Mask) * (ulong)Abi.SlotSize));
        if (!payload.IsEmpty)
            device.Cpu.Write(slot + Abi.SlotHeaderSize, payload);
        device.Cpu.Write(slot, MemoryMarshal.AsBytes(new ReadOnlySpan<TxSlotHeader>(in header)));
        device.Cpu.WriteL(Word(nameof(PortHeader.TxTail)), ++_tail);
    }

    private ulong Word(string field) => IvshmemDevice.RegionAt(port + (ulong)Marshal.OffsetOf<PortHeader>(field));
}
