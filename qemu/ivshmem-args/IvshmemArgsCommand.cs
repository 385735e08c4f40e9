using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Text;

namespace ShmWifi.IvshmemArgs;

/// <summary>Prints what attaches a VM to the medium.</summary>
internal sealed class IvshmemArgsCommand : RootCommand
{
    /// <summary>Nothing was printed: standard error says why.</summary>
    public const int Refused = 1;

    /// <summary>The arguments were printed, but QEMU would fail with them at this moment: standard error says why.</summary>
    public const int NotListening = 2;

    private readonly Argument<string?> _vm = new("VM")
    {
        Description = "The VM's name in the configuration. None: the common socket, or the only VM's.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _config = new("--config")
    {
        Description = "Take the sockets from this configuration instead of the running daemon.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _state = new("--state")
    {
        Description = "The state file of the running daemon. Default: where shm-medium writes it.",
        HelpName = "FILE",
    };

    private readonly Option<string> _format = new("--format")
    {
        Description = "qemu: arguments for a shell. libvirt: an element for the domain's <devices>. gns3: for Additional settings, Options.",
        DefaultValueFactory = _ => "qemu",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object." };

    private readonly Option<string?> _checkQemu = new("--check-qemu")
    {
        Description = "Also ask this QEMU binary whether it has the device.",
        HelpName = "PATH",
    };

    /// <summary>Makes the command.</summary>
    public IvshmemArgsCommand()
        : base("Prints what QEMU, libvirt or GNS3 need to attach a VM to shm-medium. Exit codes: 0 printed, 1 refused, 2 printed but nobody listens.")
    {
        _format.AcceptOnlyFromAmong("qemu", "libvirt", "gns3");
        Add(_vm);
        Add(_config);
        Add(_state);
        Add(_format);
        Add(_json);
        Add(_checkQemu);
        Validators.Add(result =>
        {
            if (result.GetValue(_config) is not null && result.GetValue(_state) is not null)
                result.AddError("--config and --state exclude each other: the arguments come from a configuration or from a running daemon.");
        });
        SetAction(Run);
    }

    private int Run(ParseResult options)
    {
        var error = options.InvocationConfiguration.Error;
        Attachment attachment;
        string socket;
        try
        {
            attachment = options.GetValue(_config) is { } config
                ? Attachment.Of(DaemonConfiguration.Load(config))
                : RunningDaemon(options.GetValue(_state));
            socket = attachment.SocketOf(options.GetValue(_vm));
        }
        catch (ConfigurationException e)
        {
            error.WriteLine(e.Message);
            return Refused;
        }
        catch (InvalidOperationException e)
        {
            error.WriteLine($"error: {e.Message}");
            return Refused;
        }

        string? refusal = QemuLimits.SocketProblem(socket)
            ?? QemuLimits.RegionProblem(attachment.RegionBytes)
            ?? (options.GetValue(_checkQemu) is { } qemu ? InstalledQemu.Problem(qemu) : null);
        if (refusal is not null)
        {
            error.WriteLine($"error: {refusal}");
            return Refused;
        }

        string? warning = QemuLimits.ListenerProblem(socket, attachment.Pid);
        Print(options, attachment, socket, warning);
        if (warning is null)
            return 0;
        error.WriteLine($"warning: {warning}");
        return NotListening;
    }

    private static Attachment RunningDaemon(string? stateFile)
    {
        var paths = stateFile is null ? DaemonState.SearchPaths() : [stateFile];
        var readings = new List<DaemonStateReading>();
        foreach (string path in paths)
        {
            var reading = DaemonState.TryRead(path);
            if (reading.State is { } state)
                return Attachment.Of(state, path);
            readings.Add(reading);
        }

        throw new InvalidOperationException(
            $"{string.Join("; ", readings.Select(r => r.Reason))}. Start shm-medium, or name its configuration by --config FILE");
    }

    private void Print(ParseResult options, Attachment attachment, string socket, string? warning)
    {
        var output = options.InvocationConfiguration.Output;
        string format = options.GetRequiredValue(_format);
        string[] arguments = IvshmemArguments.For(socket);
        string text = format == "libvirt" ? LibvirtXml.For(socket) : Shell.Join(arguments);
        output.WriteLine(options.GetValue(_json)
            ? JsonSerializer.Serialize(
                new Printed(options.GetValue(_vm), socket, attachment.RegionBytes, format, text, arguments, warning),
                PrintedJson.Default.Printed)
            : text);
    }
}

/// <summary>What <c>--json</c> prints.</summary>
/// <param name="Vm">As asked for; null: the common socket or the only VM.</param>
/// <param name="RegionBytes">Bytes of the VM's BAR 2.</param>
/// <param name="Format">qemu, libvirt or gns3.</param>
/// <param name="Text">What is printed without <c>--json</c>.</param>
/// <param name="Arguments">QEMU's arguments, one an entry, not quoted.</param>
/// <param name="Warning">Why QEMU would fail at this moment; null when it would not.</param>
internal sealed record Printed(
    string? Vm, string Socket, ulong RegionBytes, string Format, string Text, IReadOnlyList<string> Arguments, string? Warning);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Printed))]
internal sealed partial class PrintedJson : JsonSerializerContext;
