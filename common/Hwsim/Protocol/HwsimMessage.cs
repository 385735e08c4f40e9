using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Hwsim.Netlink;

namespace ShmWifi.Hwsim.Protocol;

/// <summary>What a datagram from hwsim says.</summary>
internal enum HwsimMessageKind
{
    /// <summary>Cut, damaged, or without what its command needs.</summary>
    Malformed,

    /// <summary>Whole, but nothing that concerns us.</summary>
    Other,

    /// <summary>A radio sends a frame.</summary>
    Frame,

    /// <summary>A radio's driver wants frames to an address.</summary>
    AddressAdd,

    /// <summary>It no longer wants them.</summary>
    AddressDel,

    /// <summary>A radio is to measure peers.</summary>
    PmsrStart,

    /// <summary>It need not any more.</summary>
    PmsrAbort,

    /// <summary>The kernel refused a message of ours.</summary>
    Refusal,
}

/// <summary>A datagram from hwsim, read in place: what is long stays where it lies and is named by its offset.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct HwsimMessage
{
    private const int FrameNeeds = (1 << HwsimAttribute.AddrTransmitter) | (1 << HwsimAttribute.Frame) | (1 << HwsimAttribute.Flags)
        | (1 << HwsimAttribute.TxInfo) | (1 << HwsimAttribute.Cookie) | (1 << HwsimAttribute.Freq);

    private const int AddressNeeds = (1 << HwsimAttribute.AddrTransmitter) | (1 << HwsimAttribute.AddrReceiver);

    private const int PmsrNeeds = (1 << HwsimAttribute.AddrTransmitter) | (1 << HwsimAttribute.PmsrRequest);

    /// <summary>What it says; the other members hold what that kind has.</summary>
    public HwsimMessageKind Kind;

    /// <summary>The radio, by its addresses[1].</summary>
    public MacAddress Transmitter;

    /// <summary>AddressX: the address.</summary>
    public MacAddress Address;

    /// <summary>Frame, PmsrStart: where the frame, or the request, starts in the datagram.</summary>
    public int PayloadOffset;

    /// <summary>Its bytes.</summary>
    public int PayloadLength;

    /// <summary>Frame: enum hwsim_tx_control_flags.</summary>
    public uint Flags;

    /// <summary>Frame: centre of the primary channel, MHz.</summary>
    public uint FreqMhz;

    /// <summary>Frame: a counter of the radio.</summary>
    public ulong Cookie;

    /// <summary>Frame: with what rates to send it; without flags if the message has none.</summary>
    public RetryChain Chain;

    /// <summary>Refusal: sequence number of the message that the kernel refused.</summary>
    public uint Sequence;

    /// <summary>Reads a datagram. Whatever the bytes are: does not throw, does not look outside.</summary>
    /// <param name="family">hwsim's family ID; 0: any.</param>
    public static HwsimMessage Read(ReadOnlySpan<byte> datagram, ushort family)
    {
        HwsimMessage result = default;
        var rest = datagram;
        if (!NetlinkMessage.TryTake(ref rest, out var message))
            return result;
        if (message.Type == NetlinkMessage.Error)
        {
            result.Sequence = message.Sequence;
            result.Kind = message.TryReadError(out int error) ? error < 0
                ? HwsimMessageKind.Refusal
                : HwsimMessageKind.Other : HwsimMessageKind.Malformed;
            return result;
        }
        if (family != 0 && message.Type != family)
        {
            result.Kind = HwsimMessageKind.Other;
            return result;
        }
        if (!GenericNetlink.TrySplit(message, out byte command, out var attributes))
            return result;

        int seen = result.ReadAttributes(ref attributes);
        result.Kind = (HwsimCommand)command switch
        {
            HwsimCommand.Frame => (seen & FrameNeeds) == FrameNeeds ? HwsimMessageKind.Frame : HwsimMessageKind.Malformed,
            HwsimCommand.AddMacAddr => (seen & AddressNeeds) == AddressNeeds ? HwsimMessageKind.AddressAdd : HwsimMessageKind.Malformed,
            HwsimCommand.DelMacAddr => (seen & AddressNeeds) == AddressNeeds ? HwsimMessageKind.AddressDel : HwsimMessageKind.Malformed,
            HwsimCommand.StartPmsr => (seen & PmsrNeeds) == PmsrNeeds ? HwsimMessageKind.PmsrStart : HwsimMessageKind.Malformed,
            HwsimCommand.AbortPmsr => (seen & PmsrNeeds) == PmsrNeeds ? HwsimMessageKind.PmsrAbort : HwsimMessageKind.Malformed,
            _ => HwsimMessageKind.Other,
        };
        return result;
    }

    private int ReadAttributes(ref NetlinkAttributes attributes)
    {
        const int BodyOffset = NetlinkMessage.HeaderSize + GenericNetlink.HeaderSize;
        int seen = 0;
        while (attributes.MoveNext())
        {
            var value = attributes.Value;
            bool isGood = false;
            switch (attributes.Type)
            {
                case HwsimAttribute.AddrTransmitter when value.Length == MacAddress.Length:
                    Transmitter = new MacAddress(value);
                    isGood = true;
                    break;
                case HwsimAttribute.AddrReceiver when value.Length == MacAddress.Length:
                    Address = new MacAddress(value);
                    isGood = true;
                    break;
                case HwsimAttribute.Frame or HwsimAttribute.PmsrRequest:
                    PayloadOffset = BodyOffset + attributes.Offset;
                    PayloadLength = value.Length;
                    isGood = true;
                    break;
                case HwsimAttribute.Flags:
                    isGood = attributes.TryReadUInt32(out Flags);
                    break;
                case HwsimAttribute.Freq:
                    isGood = attributes.TryReadUInt32(out FreqMhz);
                    break;
                case HwsimAttribute.Cookie when value.Length == sizeof(ulong):
                    Cookie = BinaryPrimitives.ReadUInt64LittleEndian(value);
                    isGood = true;
                    break;
                case HwsimAttribute.TxInfo when value.Length == TxRates.Size:
                    Chain = Chain with { Rates = TxRates.Read(value) };
                    isGood = true;
                    break;
                case HwsimAttribute.TxInfoFlags when value.Length == RetryChain.FlagsSize:
                    Chain = Chain.WithFlags(value);
                    break;
            }
            if (isGood)
                seen |= 1 << attributes.Type;
        }
        return seen;
    }
}
