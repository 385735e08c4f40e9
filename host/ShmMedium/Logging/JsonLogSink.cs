using System.Text.Json;
using System.Text.Unicode;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.ShmMedium.Logging;

/// <summary>A JSON object a line for each event or frame; docs/monitoring.md names the fields. All that is not ASCII is escaped.</summary>
/// <param name="name">What it writes to, for messages.</param>
/// <param name="stream">Where to; disposed with the sink.</param>
/// <param name="wantsFrames">Whether frames are written, too.</param>
internal sealed class JsonLogSink(string name, Stream stream, bool wantsFrames) : ILogSink, IDisposable
{
    private readonly BufferedStream _buffer = new(stream, 16 << 10);
    private Utf8JsonWriter? _writer;

    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public bool WantsFrames { get; } = wantsFrames;

    /// <inheritdoc/>
    public void Write(LogEvent item)
    {
        var json = Start();
        json.WriteString("time"u8, item.Time.UtcDateTime);
        json.WriteString("event"u8, item.Event);
        json.WriteNumber("id"u8, item.Id.Id);
        json.WriteString("level"u8, item.IsWarning ? "warning"u8 : "info"u8);
        if (item.Vm is not null)
            json.WriteString("vm"u8, item.Vm);
        json.WriteString("message"u8, item.Message);
        End(json);
    }

    /// <inheritdoc/>
    public void Write(in FrameRecord frame)
    {
        var json = Start();
        json.WriteString("time"u8, DateTime.UnixEpoch.AddTicks(frame.UnixNs / TimeSpan.NanosecondsPerTick));
        json.WriteString("event"u8, "frame"u8);
        json.WriteString("vm"u8, frame.Vm);
        json.WriteString("radio"u8, frame.Radio);
        json.WriteNumber("bytes"u8, frame.Length);
        json.WriteNumber("freqMhz"u8, frame.FreqMhz);
        if (Channel.TryFromFrequency((int)frame.FreqMhz, out var channel))
            json.WriteNumber("channel"u8, channel.Number);
        if (frame.SignalDbm is { } signal)
            json.WriteNumber("signalDbm"u8, signal);
        if (frame.IsValid)
            WriteHeader(json, in frame);
        End(json);
    }

    /// <inheritdoc/>
    public void Flush() => _buffer.Flush();

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer?.Dispose();
        _buffer.Dispose();
    }

    private static void WriteHeader(Utf8JsonWriter json, in FrameRecord frame)
    {
        json.WriteString("type"u8, frame.FrameControl.Type switch
        {
            FrameType.Management => "management"u8,
            FrameType.Control => "control"u8,
            FrameType.Data => "data"u8,
            _ => "extension"u8,
        });
        json.WriteString("subtype"u8, frame.FrameControl.Name);
        WriteAddress(json, "receiver"u8, frame.Receiver);
        WriteAddress(json, "transmitter"u8, frame.Transmitter);
        WriteAddress(json, "bssid"u8, frame.Bssid);
        if (frame.HasSsid)
        {
            if (Utf8.IsValid(frame.Ssid))
                json.WriteString("ssid"u8, frame.Ssid);
            else
                json.WriteString("ssidHex"u8, Convert.ToHexStringLower(frame.Ssid));
        }
        if (frame.IsEapol)
            json.WriteBoolean("eapol"u8, true);
        if (frame.FourWayMessage is { } message)
            json.WriteNumber("fourWayMessage"u8, message);
        if (frame.FrameControl.Retry)
            json.WriteBoolean("retry"u8, true);
        if (frame.IsAcked is { } acked)
            json.WriteBoolean("acked"u8, acked);
        if (frame.HasNoRoom)
            json.WriteBoolean("noRoom"u8, true);
    }

    private static void WriteAddress(Utf8JsonWriter json, ReadOnlySpan<byte> field, MacAddress? address)
    {
        if (address is not { } known)
            return;
        Span<char> text = stackalloc char[MacAddress.TextLength];
        _ = known.TryFormat(text, out _, default, null);
        json.WriteString(field, text);
    }

    private Utf8JsonWriter Start()
    {
        if (_writer is null)
            _writer = new Utf8JsonWriter(_buffer);
        else
            _writer.Reset();
        _writer.WriteStartObject();
        return _writer;
    }

    private void End(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.Flush();
        _buffer.WriteByte((byte)'\n');
    }
}
