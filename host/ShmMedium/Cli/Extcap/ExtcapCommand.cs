using System.CommandLine;
using System.Text.Json.Nodes;
using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Cli.Ctl;

namespace ShmWifi.ShmMedium.Cli.Extcap;

/// <summary><c>shm-medium extcap</c>: shows the medium to Wireshark, which starts it.</summary>
/// <remarks>Source: Wireshark Developer's Guide, 8.3, "Extcap: Developer Reference"; its extcap(4).</remarks>
internal sealed class ExtcapCommand : Command
{
    private readonly CtlSession _session = new("extcap");
    private readonly Option<bool> _interfaces = new("--extcap-interfaces") { Description = "Lists the medium, VMs and radios." };
    private readonly Option<string?> _version = new("--extcap-version") { Description = "Of Wireshark." };
    private readonly Option<string?> _interface = new("--extcap-interface") { Description = "shmwifi, shmwifi:VM or shmwifi:VM:RADIO." };
    private readonly Option<bool> _dlts = new("--extcap-dlts") { Description = "Says what its frames are: 802.11 with radiotap headers." };
    private readonly Option<bool> _config = new("--extcap-config") { Description = "Lists its options." };
    private readonly Option<bool> _capture = new("--capture") { Description = "Writes its frames to --fifo." };
    private readonly Option<string?> _fifo = new("--fifo") { Description = "Where Wireshark reads." };
    private readonly Option<string?> _filter = new("--extcap-capture-filter") { Description = "Refused: there are display filters, and --radio." };
    private readonly Option<string?> _controlIn = new("--extcap-control-in") { Description = "What the toolbar writes." };
    private readonly Option<string?> _controlOut = new("--extcap-control-out") { Description = "What the toolbar reads." };
    private readonly Option<string?> _sshHost = new("--ssh-host") { Description = "USER@HOST of another host's medium: by ssh, without a password." };
    private readonly Option<int?> _sshPort = new("--ssh-port") { Description = "Where its sshd listens; 22." };
    private readonly CaptureOptions _selection = new();

    /// <summary>Makes the command.</summary>
    public ExtcapCommand()
        : base("extcap", "Shows the medium to Wireshark, which starts it once 'extcap install' has been run (docs/wireshark.md).")
    {
        foreach (var option in _session.Options.Where(option => option.Name != "--json"))
            Add(option);
        foreach (var option in (Option[])[_interfaces, _version, _interface, _dlts, _config, _capture, _fifo, _filter, _controlIn, _controlOut,
            _sshHost, _sshPort])
        {
            Add(option);
        }
        _selection.AddTo(this);
        Add(new ExtcapInstallCommand());
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult options, CancellationToken cancellation)
    {
        try
        {
            if (options.GetValue(_interfaces))
                return await ListAsync(options, cancellation);
            if (!ExtcapInterfaces.TryGetRadio(options.GetValue(_interface) ?? "", out var radio))
                throw new CtlException($"--extcap-interface is '{options.GetValue(_interface)}'; allowed: what --extcap-interfaces lists; to see the "
                    + "medium in Wireshark, run 'shm-medium extcap install'");
            var output = options.InvocationConfiguration.Output;
            if (options.GetValue(_dlts))
                await output.WriteLineAsync("dlt {number=127}{name=IEEE802_11_RADIO}{display=802.11 plus radiotap header}");
            else if (options.GetValue(_config))
                await output.WriteLineAsync(Sentences(radio));
            else if (options.GetValue(_filter) is { Length: > 0 })
                throw new CtlException("there are no capture filters: use a display filter, or the option Radio of the interface");
            else if (options.GetValue(_capture))
                await CaptureAsync(options, radio, cancellation);
            return 0;
        }
        catch (Exception exception) when (exception is CtlException or IOException or UnauthorizedAccessException)
        {
            await options.InvocationConfiguration.Error.WriteLineAsync($"shm-medium extcap: {exception.Message}");
            return 1;
        }
    }

    private async Task<int> ListAsync(ParseResult options, CancellationToken cancellation)
    {
        IReadOnlyList<string> lines;
        try
        {
            using var client = _session.Connect(options);
            lines = await ExtcapInterfaces.ListAsync(client, cancellation);
        }
        catch (CtlException) // told when it is captured; Wireshark hides what a list says
        {
            lines = await ExtcapInterfaces.ListAsync(daemon: null, cancellation);
        }
        foreach (string line in lines)
            await options.InvocationConfiguration.Output.WriteLineAsync(line);
        return 0;
    }

    /// <summary>The options of an interface: a radio's is what that radio receives, unless the other is chosen.</summary>
    private static string Sentences(RadioPattern radio) => $$"""
        arg {number=0}{call=--view}{display=View}{type=selector}{tooltip=Where frames are looked at}
        value {arg=0}{value=medium}{display=On the medium: a frame once, whoever received it}{{DefaultIf(radio == RadioPattern.Any)}}
        value {arg=0}{value=receiver}{display=At receivers: as each received it, or lost it}{{DefaultIf(radio != RadioPattern.Any)}}
        arg {number=1}{call=--control-frames}{display=Control frames}{type=boolflag}{tooltip=Each attempt, RTS, CTS, ACK, BlockAck: timing: airtime}
        arg {number=2}{call=--radio}{display=Radio}{type=string}{tooltip=In place of the interface's: VM, VM/radio or an address}{required=false}
        arg {number=3}{call=--ssh-host}{display=Host}{type=string}{tooltip=USER@HOST of another host's medium}{required=false}{group=ssh}
        arg {number=4}{call=--ssh-port}{display=Port}{type=unsigned}{range=1,65535}{default=22}{required=false}{group=ssh}
        """;

    private static string DefaultIf(bool isDefault) => isDefault ? "{default=true}" : "";

    private async Task CaptureAsync(ParseResult options, RadioPattern radio, CancellationToken cancellation)
    {
        string path = options.GetValue(_fifo) ?? throw new CtlException("--capture wants --fifo");
        await using var fifo = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var selection = Selection(options, radio);
        ExtcapToolbar? toolbar = null;
        var filter = new PcapngFilter
        {
            ChannelSeen = freqMhz => toolbar?.Add(freqMhz),
            FramesDropped = frames => toolbar?.TellDropped(frames),
        };
        if (options.GetValue(_controlIn) is { } input && options.GetValue(_controlOut) is { } output)
            toolbar = ExtcapToolbar.Open(input, output, filter);
        using (toolbar)
        {
            var capture = new ExtcapCapture(fifo, filter);
            try
            {
                if (options.GetValue(_sshHost) is { Length: > 0 } host)
                {
                    await capture.RunBySshAsync(host, options.GetValue(_sshPort), selection, cancellation);
                    return;
                }
                using var client = _session.Connect(options);
                bool isDaemonGone = await client.ReadAsync(CaptureOptions.LivePath(selection), frames => capture.CopyAsync(frames, cancellation),
                    cancellation);
                if (isDaemonGone)
                    throw new CtlException("the daemon ended");
            }
            catch (OperationCanceledException)
            {
                // Wireshark stops.
            }
        }
    }

    /// <summary>Lost frames are always asked for: the toolbar hides them, and shows them again.</summary>
    private JsonObject Selection(ParseResult options, RadioPattern radio)
    {
        var selection = _selection.Read(options);
        if (selection["radio"] is not { } named || named.ToString().Length == 0)
            selection["radio"] = radio.ToString();
        selection["view"] ??= radio == RadioPattern.Any ? "medium" : "receiver";
        selection["lost"] ??= "true";
        return selection;
    }
}
