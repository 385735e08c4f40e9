using System.Buffers.Binary;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>Writes 802.11 frames with radiotap headers to a stream, in a format of captures.</summary>
/// <remarks>
/// Records collect in a buffer, which goes to the stream when it is full and on <see cref="Flush"/>; a reader of a pipe sees
/// what was flushed. Not thread-safe. The stream stays the caller's. When the stream has thrown, nothing of the buffer is lost: cut the stream
/// off at <see cref="Written"/> and flush again, or give the writer up.
/// </remarks>
/// <param name="stream">Where the file goes; its own buffer would only cost a copy.</param>
internal abstract class CaptureWriter(Stream stream)
{
    /// <summary>Bytes of the longest frame and of its header that can be written.</summary>
    public const int MaxFrameLength = ushort.MaxValue;

    /// <summary>LINKTYPE_IEEE802_11_RADIOTAP of tcpdump.org.</summary>
    protected const ushort LinkTypeRadiotap = 127;

    private const int BufferSize = 128 * 1024;

    private readonly byte[] _buffer = new byte[BufferSize];

    /// <summary>Bytes that the stream has taken: whole records.</summary>
    public long Written { get; private set; }

    /// <summary>Bytes, those in the buffer included.</summary>
    public long Length => Written + Used;

    /// <summary>Frames that the stream has taken.</summary>
    public long Frames { get; private set; }

    /// <summary>Frames in the buffer.</summary>
    public int WaitingFrames { get; private set; }

    /// <summary>Bytes in the buffer.</summary>
    protected int Used { get; private set; }

    /// <summary>Adds an interface, at any time between frames; of no meaning in a format that has none.</summary>
    /// <param name="name">Name, such as <c>ap/wlan0</c>.</param>
    /// <returns>The interface's number, for <see cref="WriteFrame"/>.</returns>
    /// <exception cref="IOException">The stream could not be written.</exception>
    public abstract int AddInterface(string name, MacAddress address);

    /// <summary>Adds a frame. Does not allocate; copies the frame once, into the buffer.</summary>
    /// <param name="interfaceNumber">What <see cref="AddInterface"/> returned.</param>
    /// <param name="unixTimeNs">Nanoseconds since 1970-01-01 UTC.</param>
    /// <param name="direction">Which way the frame went at that interface.</param>
    /// <param name="radiotap">Its header, by <see cref="RadiotapHeader"/>.</param>
    /// <param name="frame">The 802.11 frame without FCS.</param>
    /// <param name="comment">UTF-8; empty: none. Of no meaning in a format that has none.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such interface, a time before 1970,
    /// or more than <see cref="MaxFrameLength"/> bytes.</exception>
    /// <exception cref="IOException">The stream could not be written.</exception>
    public void WriteFrame(int interfaceNumber, long unixTimeNs, FrameDirection direction, ReadOnlySpan<byte> radiotap, ReadOnlySpan<byte> frame,
        ReadOnlySpan<byte> comment = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(unixTimeNs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(radiotap.Length + frame.Length, MaxFrameLength, nameof(frame));
        PutFrame(interfaceNumber, unixTimeNs, direction, radiotap, frame, comment);
        WaitingFrames++;
    }

    /// <summary>Hands all that was written to the stream, and flushes it.</summary>
    /// <exception cref="IOException">The stream could not be written.</exception>
    public void Flush()
    {
        Drain();
        stream.Flush();
    }

    /// <inheritdoc cref="WriteFrame"/>
    protected abstract void PutFrame(int interfaceNumber, long unixTimeNs, FrameDirection direction, ReadOnlySpan<byte> radiotap,
        ReadOnlySpan<byte> frame, ReadOnlySpan<byte> comment);

    /// <summary>Has a record be in the buffer as a whole.</summary>
    /// <param name="length">Bytes.</param>
    protected void MakeRoom(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, BufferSize);
        if (Used + length > BufferSize) Drain();
    }

    /// <summary>Adds to the record.</summary>
    protected void Put16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(Used), value);
        Used += sizeof(ushort);
    }

    /// <inheritdoc cref="Put16"/>
    protected void Put32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(Used), value);
        Used += sizeof(uint);
    }

    /// <inheritdoc cref="Put16"/>
    protected void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(Used));
        Used += bytes.Length;
    }

    private void Drain()
    {
        stream.Write(_buffer, 0, Used);
        Written += Used;
        Frames += WaitingFrames;
        Used = WaitingFrames = 0;
    }
}
