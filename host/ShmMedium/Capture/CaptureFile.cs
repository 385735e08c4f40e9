using ShmWifi.Configuration;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Delivery;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Ports;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>One file, FIFO or device that frames are written to; one interface a radio, where the format has such.</summary>
/// <remarks>What is in the file are whole records, always: those that find no space wait here, and what was written of them is cut off.</remarks>
/// <param name="stream">Owned from now on.</param>
/// <param name="format">pcapng or pcap.</param>
/// <param name="unixFromMonotonicNs">What makes a time of CLOCK_MONOTONIC one since 1970.</param>
internal sealed class CaptureFile(FileStream stream, CaptureFormat format, long unixFromMonotonicNs) : IDisposable
{
    private readonly CaptureWriter _writer = format == CaptureFormat.Pcap ? new PcapWriter(stream) : new PcapngWriter(stream, "shm-medium");
    private readonly Dictionary<int, Interface> _interfaces = []; // by radio
    private readonly byte[] _radiotap = new byte[RadiotapHeader.MaxLength];
    private readonly long _startedMs = Environment.TickCount64;

    /// <summary>The comment to a frame whose rate its kernel did not tell.</summary>
    private static ReadOnlySpan<byte> InferredRate => "rate inferred: the configuration's, as hwsim tells neither HE nor EHT"u8;

    /// <summary>Where it is.</summary>
    public string Path => stream.Name;

    /// <summary>Bytes, those that wait included.</summary>
    public long Length => _writer.Length;

    /// <summary>How long it has been written to.</summary>
    public TimeSpan Age => TimeSpan.FromMilliseconds(Environment.TickCount64 - _startedMs);

    /// <summary>Frames in the file.</summary>
    public long Frames => _writer.Frames;

    /// <summary>Frames that wait to be written.</summary>
    public int WaitingFrames => _writer.WaitingFrames;

    /// <summary>Starts as the file after another one does: with the interfaces that the other had frames of.</summary>
    public void Continue(CaptureFile before)
    {
        foreach (var one in before._interfaces.Values.Where(one => one.HasFrames).OrderBy(one => one.Number))
            _ = InterfaceOf(one.Radio);
    }

    /// <summary>Writes a frame.</summary>
    /// <param name="bytes">The frame as it was on the medium.</param>
    /// <returns>False: there is no space for it.</returns>
    /// <exception cref="IOException">The file can be written no more.</exception>
    public bool TryWrite(in TappedFrame frame, ReadOnlySpan<byte> bytes)
    {
        try
        {
            var one = InterfaceOf(frame.Sender);
            var fields = FieldsOf(in frame);
            int length = RadiotapHeader.Write(_radiotap, in fields);
            _writer.WriteFrame(one.Number, (long)frame.TakenNs + unixFromMonotonicNs, FrameDirection.Outbound, _radiotap.AsSpan(0, length), bytes,
                fields.Rate is { Kind: >= PhyKind.He } ? InferredRate : []);
            one.HasFrames = true;
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
    public void Dispose() => stream.Dispose();

    /// <summary>Whether an error says that a disk, or what of it may be used, is full.</summary>
    public static bool IsNoSpace(IOException exception) => exception.HResult == ENOSPC || exception.HResult == EDQUOT;

    private static RadiotapFields FieldsOf(in TappedFrame frame)
    {
        bool isAckWanted = Acknowledgement.IsWanted(in frame.Frame);
        return new RadiotapFields(frame.FreqMhz, frame.Rate ?? RateOf(in frame.Frame, frame.Attempt), frame.SignalDbm)
        {
            Mpdu = frame.Mpdu,
            Retries = frame.Attempts - 1,
            HasNoAck = frame.IsOver && !isAckWanted,
            IsFailed = frame.IsOver && isAckWanted && !frame.IsAcked,
        };
    }

    /// <summary>The rate of an attempt, from 1.</summary>
    private static PhyRate RateOf(in Frame frame, int attempt)
    {
        var band = Channel.BandOf(frame.FreqMhz);
        var phy = PhyRate.BasicOf(band, frame.Spacing); // a chain that names none
        for (int place = 0; attempt > 0 && place < TxRates.MaxCount && frame.Chain.TryDecode(place, band, out var rate); place++)
        {
            phy = rate.Phy.In(frame.Spacing);
            attempt -= rate.Attempts;
        }
        return frame.DataRate?.Of(phy, band) ?? phy;
    }

    private Interface InterfaceOf(Radio radio)
    {
        if (!_interfaces.TryGetValue(radio.Id, out var one))
            _interfaces.Add(radio.Id, one = new Interface(radio, _writer.AddInterface(radio.FullName, radio.Identity)));
        return one;
    }

    private void CutOff()
    {
        if (!stream.CanSeek)
            return;
        stream.SetLength(_writer.Written);
        stream.Position = _writer.Written;
    }

    private sealed class Interface(Radio radio, int number)
    {
        public Radio Radio => radio;

        public int Number => number;

        public bool HasFrames { get; set; }
    }
}
