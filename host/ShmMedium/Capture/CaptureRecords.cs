using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Delivery;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>Turns frames into records of a capture: on the interface of the radio that sent one, or that received or lost it.</summary>
/// <param name="unixFromMonotonicNs">What makes a time of CLOCK_MONOTONIC one since 1970.</param>
internal sealed class CaptureRecords(CaptureWriter writer, long unixFromMonotonicNs)
{
    private readonly Dictionary<int, Interface> _interfaces = []; // by radio
    private readonly byte[] _radiotap = new byte[RadiotapHeader.MaxLength];

    /// <summary>The comment to a frame whose rate its kernel did not tell.</summary>
    private static ReadOnlySpan<byte> InferredRate => "rate inferred: the configuration's, as hwsim tells neither HE nor EHT"u8;

    /// <summary>The comment to a frame at a radio that did not receive it.</summary>
    private static ReadOnlySpan<byte> Lost => "lost: this radio did not receive it"u8;

    /// <summary>Starts with the interfaces that the records before had frames of, where a file follows another.</summary>
    public void Continue(CaptureRecords before)
    {
        foreach (var one in before._interfaces.Values.Where(one => one.HasFrames).OrderBy(one => one.Number))
            _ = InterfaceOf(one.Radio);
    }

    /// <summary>Writes a frame.</summary>
    /// <param name="bytes">The frame as it was on the medium.</param>
    /// <exception cref="IOException">The stream could not be written.</exception>
    public void Write(in TappedFrame frame, ReadOnlySpan<byte> bytes)
    {
        var one = InterfaceOf(frame.Receiver ?? frame.Sender);
        var fields = FieldsOf(in frame);
        int length = RadiotapHeader.Write(_radiotap, in fields);
        var direction = frame.Receiver is null ? FrameDirection.Outbound : FrameDirection.Inbound;
        writer.WriteFrame(one.Number, (long)frame.TakenNs + unixFromMonotonicNs, direction, _radiotap.AsSpan(0, length), bytes,
            frame is { Receiver: not null, SignalDbm: null } ? Lost
            : fields.Rate is { Kind: >= PhyKind.He } ? InferredRate
            : []);
        one.HasFrames = true;
    }

    private static RadiotapFields FieldsOf(in TappedFrame frame)
    {
        bool isAckWanted = Acknowledgement.IsWanted(in frame.Frame);
        return new RadiotapFields(frame.FreqMhz, frame.ShownRate, frame.SignalDbm)
        {
            Mpdu = frame.Mpdu,
            Retries = frame.Attempts - 1,
            HasNoAck = frame.IsOver && !isAckWanted,
            IsFailed = frame.IsOver && isAckWanted && !frame.IsAcked,
        };
    }

    private Interface InterfaceOf(Radio radio)
    {
        if (!_interfaces.TryGetValue(radio.Id, out var one))
            _interfaces.Add(radio.Id, one = new Interface(radio, writer.AddInterface(radio.FullName, radio.Identity)));
        return one;
    }

    private sealed class Interface(Radio radio, int number)
    {
        public Radio Radio => radio;

        public int Number => number;

        public bool HasFrames { get; set; }
    }
}
