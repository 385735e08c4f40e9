using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Hwsim.Netlink;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.RingBuffer.Layout;
using Tmds.Linux;

namespace ShmWifi.Hwsim.Datapath;

/// <summary>Messages for hwsim, collected and sent together.</summary>
/// <remarks>
/// Frames that stay where they lie in the region are gathered there by the kernel. All else is written one after the other
/// into a buffer, so that neighbours there share an iovec; frames that may move, too.
/// </remarks>
internal sealed unsafe class InjectionBatch : IDisposable
{
    /// <summary>Sequence number of messages that carry a frame; comes back when hwsim refuses it.</summary>
    public const uint FrameSequence = 0x10000;

    /// <summary>Sequence number of messages that carry a frame to one receiver: with the lower bits of its descriptor's index, it tells
    /// which was not received.</summary>
    private const uint AddressedSequence = 0x4000_0000;
    private const uint IndexMask = 0xffff;

    /// <summary>Sequence number of messages that carry a status.</summary>
    public const uint StatusSequence = 0x10001;

    /// <summary>Sequence number of messages that carry a report.</summary>
    public const uint ReportSequence = 0x10002;

    /// <summary>Messages that fit.</summary>
    public const int MaxMessages = 64;

    private const int FramePrefixSize = NetlinkMessage.HeaderSize + GenericNetlink.HeaderSize
        + 12 /* receiver */ + 8 /* rate */ + 8 /* signal */ + 8 /* frequency */ + NetlinkAttributes.HeaderSize;

    private const int StatusSize = NetlinkMessage.HeaderSize + GenericNetlink.HeaderSize
        + 12 /* transmitter */ + 8 /* flags */ + 12 /* cookie */ + 8 /* signal */ + 12 /* rates */;

    private const int ReportPrefixSize = NetlinkMessage.HeaderSize + GenericNetlink.HeaderSize + 12 /* transmitter */;

    private const int MaxPadding = (int)HwsimProtocol.MinFrameLength; // a short frame is filled up to it
    private const int TextSize = MaxMessages * (StatusSize + MaxPadding + FramePrefixSize + (int)HwsimProtocol.MaxFrameLength);

    private readonly IHwsimChannel _channel;
    private readonly ushort _family;
    private readonly int _maxBytes;
    private readonly byte* _text;
    private readonly iovec* _vectors;
    private readonly msghdr* _message;
    private int _textLength;
    private int _vectorCount;
    private int _bytes;

    /// <summary>An empty batch.</summary>
    /// <param name="maxBytes">Sent as soon as the messages reach it; a socket's send buffer is larger by a message at least.</param>
    public InjectionBatch(IHwsimChannel channel, int maxBytes)
    {
        _channel = channel;
        _family = channel.Family;
        _maxBytes = maxBytes;
        _text = (byte*)NativeMemory.AllocZeroed(TextSize);
        _vectors = (iovec*)NativeMemory.AllocZeroed(2 * MaxMessages + 1, (nuint)sizeof(iovec));
        _message = (msghdr*)NativeMemory.AllocZeroed((nuint)sizeof(msghdr));
        _message->msg_iov = _vectors;
    }

    /// <summary>Messages collected.</summary>
    public int Count { get; private set; }

    /// <summary>Frames collected.</summary>
    public int Frames { get; private set; }

    /// <summary>Whether a frame of it, or of one sent before, is to one receiver, who may refuse it; whoever has seen to that clears it.</summary>
    public bool HasAddressed { get; set; }

    /// <summary>Whether it must be sent before more is added.</summary>
    public bool IsFull => Count == MaxMessages || _bytes >= _maxBytes;

    /// <summary>Where a copy of the next frame costs no iovec of its own; room for <see cref="HwsimProtocol.MaxFrameLength"/>.</summary>
    public byte* NextCopy => _text + _textLength + FramePrefixSize;

    /// <summary>Adds a frame that a radio receives.</summary>
    /// <remarks>hwsim takes no frame of fewer than 24 bytes; control frames (PS-Poll,
    /// BlockAckReq) are filled up with zeros, which mac80211 does not read.</remarks>
    /// <param name="receiver">addresses[1] of the radio.</param>
    /// <param name="descriptor">Signal, rate, frequency and length.</param>
    /// <param name="index">Of the descriptor, free-running.</param>
    /// <param name="payload">The frame; stays as it is until <see cref="Send"/>. It may lie at <see cref="NextCopy"/>.</param>
    public void AddFrame(MacAddress receiver, in RxDescriptor descriptor, uint index, byte* payload)
    {
        int length = (int)Math.Max(descriptor.Length, HwsimProtocol.MinFrameLength);
        bool isGroup = (payload[FrameView.Addr1Offset] & 1) != 0;
        HasAddressed |= !isGroup;
        uint sequence = isGroup ? FrameSequence : AddressedSequence | (index & IndexMask);
        var writer = new NetlinkWriter(new Span<byte>(_text + _textLength, FramePrefixSize));
        writer.BeginGeneric(FramePrefixSize + NetlinkWriter.Align(length), _family, NetlinkMessage.FlagRequest, sequence, (byte)HwsimCommand.Frame);
        writer.Add(HwsimAttribute.AddrReceiver, receiver);
        writer.Add(HwsimAttribute.RxRate, descriptor.RateIndex);
        writer.Add(HwsimAttribute.Signal, (uint)descriptor.SignalDbm);
        writer.Add(HwsimAttribute.Freq, descriptor.FreqMhz);
        writer.BeginAttribute(HwsimAttribute.Frame, length);
        bool isCopy = payload == NextCopy;
        AppendText(FramePrefixSize);
        if (isCopy)
            AppendText((int)descriptor.Length);
        else
            Append(payload, (int)descriptor.Length);
        int padding = NetlinkWriter.Align(length) - (int)descriptor.Length;
        if (padding > 0)
        {
            new Span<byte>(_text + _textLength, padding).Clear();
            AppendText(padding);
        }
        Count++;
        Frames++;
    }

    /// <summary>Adds the outcome of a frame that a radio sent.</summary>
    /// <param name="transmitter">addresses[1] of the radio.</param>
    /// <param name="flags">The frame's, with <see cref="TxFlags.Acked"/> if it was.</param>
    public void AddStatus(MacAddress transmitter, ulong cookie, TxFlags flags, TxRates rates, sbyte signalDbm)
    {
        var writer = new NetlinkWriter(new Span<byte>(_text + _textLength, StatusSize));
        writer.BeginGeneric(StatusSize, _family, NetlinkMessage.FlagRequest, StatusSequence, (byte)HwsimCommand.TxInfoFrame);
        writer.Add(HwsimAttribute.AddrTransmitter, transmitter);
        writer.Add(HwsimAttribute.Flags, (uint)flags);
        writer.Add(HwsimAttribute.Cookie, cookie);
        writer.Add(HwsimAttribute.Signal, (uint)signalDbm);
        writer.Add(HwsimAttribute.TxInfo, rates.Word);
        AppendText(StatusSize);
        Count++;
    }

    /// <summary>Adds what a radio measured of its peers.</summary>
    /// <param name="transmitter">addresses[1] of the radio.</param>
    /// <param name="result">The value of PMSR_RESULT, <see cref="PmsrReport.MaxSize"/> bytes at most; nothing: there are no results.</param>
    public void AddReport(MacAddress transmitter, ReadOnlySpan<byte> result)
    {
        var writer = BeginReport(transmitter, PmsrReport.MaxSize);
        int nested = writer.BeginNested(HwsimAttribute.PmsrResult);
        if (result.IsEmpty)
            writer.EndNested(writer.BeginNested(Nl80211Pmsr.Peers));
        else
            writer.AddOctets(result);
        writer.EndNested(nested);
        EndReport(in writer);
    }

    /// <summary>Has hwsim forget what a radio was to measure.</summary>
    /// <param name="transmitter">addresses[1] of the radio.</param>
    public void AddAbortedReport(MacAddress transmitter) => EndReport(BeginReport(transmitter, maxResult: 0));

    /// <summary>Sends what was collected; hwsim has all of it when this returns.</summary>
    /// <returns>False when it took none of it.</returns>
    public bool Send()
    {
        _message->msg_iovlen = _vectorCount;
        bool isTaken = _channel.Send(_message);
        Count = Frames = 0;
        _textLength = _vectorCount = _bytes = 0;
        return isTaken;
    }

    /// <summary>Whether a sequence number is that of a frame to one receiver.</summary>
    /// <param name="index">The lower bits of its descriptor's index: more than the longest RX ring has.</param>
    public static bool TryReadAddressed(uint sequence, out uint index)
    {
        index = sequence & IndexMask;
        return (sequence & AddressedSequence) != 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_text);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_message);
    }

    private NetlinkWriter BeginReport(MacAddress transmitter, int maxResult)
    {
        var writer = new NetlinkWriter(new Span<byte>(_text + _textLength, ReportPrefixSize + NetlinkAttributes.HeaderSize + maxResult));
        writer.BeginGeneric(0, _family, NetlinkMessage.FlagRequest, ReportSequence, (byte)HwsimCommand.ReportPmsr);
        writer.Add(HwsimAttribute.AddrTransmitter, transmitter);
        return writer;
    }

    private void EndReport(in NetlinkWriter writer)
    {
        AppendText(writer.Complete().Length);
        Count++;
    }

    private void AppendText(int length)
    {
        byte* start = _text + _textLength;
        _textLength += length;
        var last = _vectors + _vectorCount - 1;
        if (_vectorCount > 0 && (byte*)last->iov_base + (ulong)last->iov_len == start)
        {
            last->iov_len += length;
            _bytes += length;
        }
        else
        {
            Append(start, length);
        }
    }

    private void Append(byte* start, int length)
    {
        _vectors[_vectorCount++] = new iovec { iov_base = start, iov_len = length };
        _bytes += length;
    }
}
