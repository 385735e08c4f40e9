using System.Text;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.ShmMedium.Logging;

/// <summary>A line an event or a frame, for people.</summary>
/// <remarks>
/// <code>
/// 12:34:56.789 ap: radio phy0 (42:00:00:00:00:00) is on the medium
/// 12:34:56.789012 ap/phy0      Management  Beacon  02:00:00:00:01:00 > ff:ff:ff:ff:ff:ff  SSID "ShmWifi"  123 B  channel 6
/// </code>
/// </remarks>
/// <param name="writer">Where to; disposed with the sink.</param>
/// <param name="wantsFrames">Whether frames are written, too.</param>
/// <param name="colors">The VMs' colours; null: none.</param>
/// <param name="hasDate">Whether lines have the date, as they need in a file.</param>
internal sealed class TextLogSink(string name, TextWriter writer, bool wantsFrames = false, VmColors? colors = null, bool hasDate = false)
    : ILogSink, IDisposable
{
    private const int NameWidth = 12, SubtypeWidth = 20;
    private const string Reset = "\e[0m", Faint = "\e[2m", Red = "\e[31m", Yellow = "\e[33m";
    private readonly StringBuilder _line = new();

    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public bool WantsFrames { get; } = wantsFrames;

    /// <inheritdoc/>
    public void Write(LogEvent item)
    {
        _line.Append(item.Time.ToString(hasDate ? "yyyy-MM-dd HH:mm:ss.fff" : "HH:mm:ss.fff")).Append(' ');
        if (item.IsWarning)
            Colored(Yellow, "warning: ");
        if (item.Vm is not null)
        {
            StartColor(item.Vm);
            _line.Append(item.Vm);
            EndColor();
            _line.Append(": ");
        }
        _line.Append(item.Message);
        EndLine();
    }

    /// <inheritdoc/>
    public void Write(in FrameRecord frame)
    {
        var time = DateTime.UnixEpoch.AddTicks(frame.UnixNs / TimeSpan.NanosecondsPerTick).ToLocalTime();
        if (colors is not null)
            _line.Append(Faint);
        _line.Append(hasDate ? $"{time:yyyy-MM-dd HH:mm:ss.ffffff}" : $"{time:HH:mm:ss.ffffff}");
        if (colors is not null)
            _line.Append(Reset);
        _line.Append(' ');
        AppendSender(in frame);
        if (frame.IsValid)
            AppendHeader(in frame);
        else
            _line.Append("no 802.11 frame");
        _line.Append($"  {frame.Length} B  ");
        if (Channel.TryFromFrequency((int)frame.FreqMhz, out var channel))
            _line.Append($"channel {channel.Number}");
        else
            _line.Append($"{frame.FreqMhz} MHz");
        if (frame.IsValid && frame.FrameControl.Retry)
            Colored(Yellow, "  retry");
        if (frame.IsAcked is false)
            Colored(Red, frame.HasNoRoom ? "  not acknowledged: no room at the receiver" : "  not acknowledged");
        EndLine();
    }

    /// <inheritdoc/>
    public void Flush() => writer.Flush();

    /// <inheritdoc/>
    public void Dispose() => writer.Dispose();

    private void AppendSender(in FrameRecord frame)
    {
        StartColor(frame.Vm);
        int start = _line.Length;
        _line.Append(frame.Vm).Append('/').Append(frame.Radio);
        _line.Append(' ', Math.Max(1, NameWidth - (_line.Length - start)));
        EndColor();
    }

    private void AppendHeader(in FrameRecord frame)
    {
        _line.Append(frame.FrameControl.Type switch
        {
            FrameType.Management => "Management ",
            FrameType.Control => "Control    ",
            FrameType.Data => "Data       ",
            _ => "Extension  ",
        });
        int start = _line.Length;
        _line.Append(frame.FrameControl.Name);
        if (frame.FourWayMessage is { } message)
            _line.Append($", EAPOL {message}/4");
        else if (frame.IsEapol)
            _line.Append(", EAPOL");
        _line.Append(' ', Math.Max(1, SubtypeWidth - (_line.Length - start)));
        if (frame.Transmitter is { } transmitter)
            _line.Append($"{transmitter} > ");
        if (frame.Receiver is { } receiver)
            _line.Append($"{receiver}");
        if (frame.Bssid is { } bssid && bssid != frame.Transmitter && bssid != frame.Receiver)
            _line.Append($"  BSS {bssid}");
        if (frame.HasSsid)
        {
            _line.Append("  SSID \"");
            GuestText.Append(_line, frame.Ssid);
            _line.Append('"');
        }
    }

    private void StartColor(string vm)
    {
        if (colors is not null)
            _line.Append($"\e[38;5;{colors.Of(vm)}m");
    }

    private void EndColor()
    {
        if (colors is not null)
            _line.Append(Reset);
    }

    private void Colored(string color, string text)
    {
        if (colors is null)
            _line.Append(text);
        else
            _line.Append(color).Append(text).Append(Reset);
    }

    private void EndLine()
    {
        _line.Append('\n');
        foreach (var chunk in _line.GetChunks())
            writer.Write(chunk.Span);
        _line.Clear();
    }
}
