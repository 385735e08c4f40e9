using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ShmWifi.Dot11;

namespace ShmWifi.ShmMedium.Cli.Extcap;

/// <summary>Wireshark's toolbar of an interface: a channel, and whether lost frames are shown.</summary>
/// <remarks>
/// Two FIFOs, of messages either way:
/// <code>
/// 0 'T' u8   1 length of what follows, be24   4 control u8   5 command u8   6 payload
/// </code>
/// Source: Wireshark Developer's Guide, 8.3.3, "Toolbar controls" (doc/wsdg_src, extcap).
/// </remarks>
internal sealed class ExtcapToolbar : IDisposable
{
    /// <summary>What Wireshark is told of the controls, beside the interfaces.</summary>
    public const string Description = """
        control {number=0}{type=selector}{display=Channel}{tooltip=Frames of this channel alone; it is here when a frame was}
        control {number=1}{type=boolean}{display=Lost frames}{default=true}{tooltip=Frames, too, that were not received}
        value {control=0}{value=0}{display=All}{default=true}
        """;

    private const byte Sync = (byte)'T';
    private const byte ChannelControl = 0, LostControl = 1;
    private const byte Set = 1, AddValue = 2, StatusBar = 6;
    private const int HeaderLength = 6, MaxMessage = 1 << 16;

    private readonly FileStream _output;

    private ExtcapToolbar(FileStream output) => _output = output;

    /// <summary>Opens its FIFOs, and has a filter follow it.</summary>
    /// <param name="input">What Wireshark writes to.</param>
    /// <param name="output">What it reads.</param>
    public static ExtcapToolbar Open(string input, string output, PcapngFilter filter)
    {
        var toolbar = new ExtcapToolbar(new FileStream(output, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0));
        new Thread(() => Follow(input, filter)) { Name = "toolbar", IsBackground = true }.Start();
        return toolbar;
    }

    /// <summary>Offers a channel to choose.</summary>
    public void Add(int freqMhz)
    {
        string number = Channel.TryFromFrequency(freqMhz, out var channel) ? $"{channel.Number} " : "";
        Send(ChannelControl, AddValue, string.Create(CultureInfo.InvariantCulture, $"{freqMhz}\0{number}({freqMhz} MHz)"));
    }

    /// <summary>Says in the status bar that frames are missing.</summary>
    public void TellDropped(long frames) => Send(control: 0, StatusBar, $"ShmWifi: Wireshark is too slow: {frames} frames are missing");

    /// <inheritdoc/>
    public void Dispose() => _output.Dispose();

    private static void Follow(string path, PcapngFilter filter)
    {
        try
        {
            using var input = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] header = new byte[HeaderLength];
            while (input.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) == HeaderLength && header[0] == Sync)
            {
                int length = (int)(BinaryPrimitives.ReadUInt32BigEndian(header) & 0xff_ffff) - 2;
                if (length is < 0 or > MaxMessage)
                    return;
                byte[] payload = new byte[length];
                input.ReadExactly(payload);
                if (header[5] != Set)
                    continue;
                if (header[4] == ChannelControl && int.TryParse(Encoding.UTF8.GetString(payload), CultureInfo.InvariantCulture, out int freqMhz))
                    filter.ChannelMhz = freqMhz;
                else if (header[4] == LostControl)
                    filter.HidesLost = payload is [0];
            }
        }
        catch (IOException)
        {
            // Wireshark has gone: what it reads the frames from says so, too.
        }
    }

    private void Send(byte control, byte command, string text)
    {
        byte[] payload = Encoding.UTF8.GetBytes(text);
        byte[] message = new byte[HeaderLength + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(message, (uint)(payload.Length + 2));
        (message[0], message[4], message[5]) = (Sync, control, command);
        payload.CopyTo(message, HeaderLength);
        try
        {
            _output.Write(message);
        }
        catch (IOException)
        {
            // As above.
        }
    }
}
