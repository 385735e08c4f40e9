using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Delivery;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>One file, FIFO or device that frames are written to; one interface a radio, where the format has such.</summary>
/// <remarks>What is in the file are whole records, always: those that find no space wait here, and what was written of them is cut off.</remarks>
internal sealed class CaptureFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly CaptureWriter _writer;
    private readonly CaptureRecords _records;
    private readonly long _startedMs = Environment.TickCount64;

    /// <summary>Begins it.</summary>
    /// <param name="stream">Owned from now on.</param>
    /// <param name="format">pcapng or pcap.</param>
    /// <param name="unixFromMonotonicNs">What makes a time of CLOCK_MONOTONIC one since 1970.</param>
    public CaptureFile(FileStream stream, CaptureFormat format, long unixFromMonotonicNs)
    {
        _stream = stream;
        _writer = format == CaptureFormat.Pcap ? new PcapWriter(stream) : new PcapngWriter(stream, "shm-medium");
        _records = new CaptureRecords(_writer, unixFromMonotonicNs);
    }

    /// <summary>Where it is.</summary>
    public string Path => _stream.Name;

    /// <summary>Bytes, those that wait included.</summary>
    public long Length => _writer.Length;

    /// <summary>How long it has been written to.</summary>
    public TimeSpan Age => TimeSpan.FromMilliseconds(Environment.TickCount64 - _startedMs);

    /// <summary>Frames in the file.</summary>
    public long Frames => _writer.Frames;

    /// <summary>Frames that wait to be written.</summary>
    public int WaitingFrames => _writer.WaitingFrames;

    /// <inheritdoc cref="CaptureRecords.Continue"/>
    public void Continue(CaptureFile before) => _records.Continue(before._records);

    /// <summary>Writes a frame.</summary>
    /// <param name="bytes">The frame as it was on the medium.</param>
    /// <returns>False: there is no space for it.</returns>
    /// <exception cref="IOException">The file can be written no more.</exception>
    public bool TryWrite(in TappedFrame frame, ReadOnlySpan<byte> bytes)
    {
        try
        {
            _records.Write(in frame, bytes);
            return true;
        }
        catch (IOException exception) when (IsNoSpace(exception))
        {
            CutOff();
            return false;
        }
    }

    /// <summary>Writes all that waits.</summary>
    /// <returns>False: there is no space for it; it goes on waiting.</returns>
    /// <exception cref="IOException">The file can be written no more.</exception>
    public bool TryFlush()
    {
        try
        {
            _writer.Flush();
            return true;
        }
        catch (IOException exception) when (IsNoSpace(exception))
        {
            CutOff();
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>Whether an error says that a disk, or what of it may be used, is full.</summary>
    public static bool IsNoSpace(IOException exception) => exception.HResult == ENOSPC || exception.HResult == EDQUOT;

    private void CutOff()
    {
        if (!_stream.CanSeek)
            return;
        _stream.SetLength(_writer.Written);
        _stream.Position = _writer.Written;
    }
}
