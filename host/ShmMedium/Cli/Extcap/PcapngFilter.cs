using System.Buffers;
using System.Buffers.Binary;
using ShmWifi.ShmMedium.Capture;

namespace ShmWifi.ShmMedium.Cli.Extcap;

/// <summary>Lets frames of the daemon's pcapng pass as the toolbar says.</summary>
/// <remarks>Source: draft-ietf-opsawg-pcapng, sections 3 and 4; blocks as <see cref="PcapngWriter"/> writes them.</remarks>
internal sealed class PcapngFilter
{
    private const int BlockHeader = 8, BlockOverhead = 12, MaxBlock = 1 << 20;
    private const uint InterfaceStatisticsBlock = 5, EnhancedPacketBlock = 6;
    private const int PacketDataAt = BlockHeader + 20, StatisticsValueAt = BlockHeader + 12 + 4;

    private readonly HashSet<int> _channels = [];
    private volatile int _channelMhz;
    private volatile bool _hidesLost;

    /// <summary>Frames of this channel alone, MHz; 0: of all.</summary>
    public int ChannelMhz
    {
        get => _channelMhz;
        set => _channelMhz = value;
    }

    /// <summary>Whether frames are left out that were not received.</summary>
    public bool HidesLost
    {
        get => _hidesLost;
        set => _hidesLost = value;
    }

    /// <summary>Told of a frequency at its first frame, MHz.</summary>
    public Action<int>? ChannelSeen { get; init; }

    /// <summary>Told how many frames the daemon left out so far, as this reader was too slow.</summary>
    public Action<long>? FramesDropped { get; init; }

    /// <summary>Copies what passes of the whole blocks that are there.</summary>
    /// <returns>Bytes of <paramref name="blocks"/> that are done with.</returns>
    /// <exception cref="InvalidDataException">That is no pcapng of ours.</exception>
    public long Copy(in ReadOnlySequence<byte> blocks, IBufferWriter<byte> output)
    {
        var rest = blocks;
        Span<byte> header = stackalloc byte[BlockHeader];
        while (rest.Length >= BlockHeader)
        {
            rest.Slice(0, BlockHeader).CopyTo(header);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
            if (length is < BlockOverhead or > MaxBlock)
                throw new InvalidDataException("what comes is no pcapng of shm-medium");
            if (rest.Length < length)
                break;
            var block = output.GetSpan((int)length)[..(int)length];
            rest.Slice(0, length).CopyTo(block);
            if (Passes(BinaryPrimitives.ReadUInt32LittleEndian(header), block))
                output.Advance((int)length);
            rest = rest.Slice(length);
        }
        return blocks.Length - rest.Length;
    }

    private bool Passes(uint type, ReadOnlySpan<byte> block)
    {
        if (type == InterfaceStatisticsBlock && block.Length >= StatisticsValueAt + sizeof(long))
            FramesDropped?.Invoke(BinaryPrimitives.ReadInt64LittleEndian(block[StatisticsValueAt..]));
        if (type != EnhancedPacketBlock || block.Length < PacketDataAt
            || !RadiotapHeader.TryRead(block[PacketDataAt..], out int freqMhz, out bool hasSignal))
        {
            return true;
        }
        if (_channels.Add(freqMhz))
            ChannelSeen?.Invoke(freqMhz);
        return (ChannelMhz == 0 || ChannelMhz == freqMhz) && (hasSignal || !HidesLost);
    }
}
