using System.Buffers.Binary;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>A capture file whose writer was killed: of its last write the kernel may have taken a part, which ends within a record.</summary>
/// <remarks>Sources: generic_perform_write() in mm/filemap.c, which gives up between two pages when its process is to die; pcapng
/// (draft-ietf-opsawg-pcapng), clause 3.1; pcap (draft-ietf-opsawg-pcap), clauses 4 and 5.</remarks>
internal static class TornCapture
{
    private const uint SectionHeader = 0x0a0d0d0a;
    private const uint PcapMicroseconds = 0xa1b2c3d4, PcapNanoseconds = 0xa1b23c4d;
    private const int PcapHeader = 24, PcapRecordHeader = 16, PcapLengthAt = 8;
    private const int BlockHeader = 8, BlockLengthAt = 4, ShortestBlock = 12;
    private const int ReadAtOnce = 1 << 20;

    /// <summary>Cuts a file off behind its last whole record. Reads all of it. A file that is no capture of this byte order, or that somebody writes
    /// to, stays as it is.</summary>
    /// <returns>Bytes that were cut off.</returns>
    /// <exception cref="IOException">It cannot be read or cut, or somebody writes to it.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not ours.</exception>
    public static long Mend(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, ReadAtOnce); // by flock(2), as its writer has
        long whole = WholeLength(file);
        long torn = file.Length - whole;
        if (torn != 0)
            file.SetLength(whole);
        return torn;
    }

    private static long WholeLength(FileStream file)
    {
        uint magic = Read(file, at: 0, sizeof(uint)) is { } start ? BinaryPrimitives.ReadUInt32LittleEndian(start) : 0;
        long length = file.Length;
        long end = magic is PcapMicroseconds or PcapNanoseconds ? PcapHeader : 0;
        if (magic is not (SectionHeader or PcapMicroseconds or PcapNanoseconds) || length < end)
            return length;
        while (end < length)
        {
            if (Next(file, magic, end) is not { } next || next > length)
                return end;
            if (next == end)
                return length; // no record: nothing of ours
            end = next;
        }
        return end;
    }

    /// <summary>Where the record ends that begins there; null: its header is torn; where it begins: it is none.</summary>
    private static long? Next(FileStream file, uint magic, long at)
    {
        bool isPcapng = magic == SectionHeader;
        if (Read(file, at, isPcapng ? BlockHeader : PcapRecordHeader) is not { } header)
            return null;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(isPcapng ? BlockLengthAt : PcapLengthAt));
        return !isPcapng ? at + PcapRecordHeader + length
            : length < ShortestBlock || length % sizeof(uint) != 0 ? at
            : at + length;
    }

    private static byte[]? Read(FileStream file, long at, int count)
    {
        file.Position = at;
        byte[] bytes = new byte[count];
        return file.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count ? bytes : null;
    }
}
