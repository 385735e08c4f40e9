using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.ShmMedium.Medium.Phy;

namespace ShmWifi.ShmMedium.Cli;

/// <summary><c>shm-medium config check FILE</c>: says what a configuration means, or all that is wrong with it.</summary>
internal sealed class ConfigCheckCommand : Command
{
    private readonly Argument<string> _file = new("FILE") { Description = "The configuration (YAML)." };

    private readonly Option<bool> _local = new("--local") { Description = "For shm-medium local: no VM need be able to attach." };

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object, with the errors in it." };

    /// <summary>Makes the command.</summary>
    public ConfigCheckCommand()
        : base("check", "Checks a configuration and prints what it means. Exit codes: 0 right, 1 wrong.")
    {
        Add(_file);
        Add(_local);
        Add(_json);
        SetAction(Run);
    }

    private int Run(ParseResult options)
    {
        var (output, error) = (options.InvocationConfiguration.Output, options.InvocationConfiguration.Error);
        bool json = options.GetValue(_json);
        try
        {
            var configuration = DaemonConfiguration.Load(options.GetRequiredValue(_file), needsVms: !options.GetValue(_local));
            var warnings = ErrorTables.Check(configuration.Medium);
            if (json)
            {
                output.WriteLine(JsonSerializer.Serialize(CheckedConfiguration.Of(configuration, warnings), CheckJson.Default.CheckedConfiguration));
                return 0;
            }

            foreach (var warning in warnings)
                error.WriteLine(warning);
            Print(output, configuration);
            return 0;
        }
        catch (ConfigurationException e)
        {
            if (json)
                output.WriteLine(JsonSerializer.Serialize(new(e.Errors), CheckJson.Default.WrongConfiguration));
            else
                error.WriteLine(e.Message);
            return 1;
        }
    }

    private static void Print(TextWriter output, DaemonConfiguration c)
    {
        var region = c.RegionGeometry;
        output.WriteLine($"{c.File}: right");
        output.WriteLine(c.Isolation == Isolation.Shared
            ? $"isolation  shared: one region of {Bytes(region.RegionSize)} for up to {c.Geometry.Ports} VMs at a time"
            : $"isolation  per-vm: a region of {Bytes(region.RegionSize)} for each of up to {c.Geometry.Ports} VMs at a time");
        output.WriteLine($"rings      {region.TxSlots} TX slots, {region.RxDescriptors} RX descriptors, {region.PoolSlots} pool slots a VM");
        output.WriteLine($"polling    {PollingText(c.Polling)}");
        if (c.Scheduling == Scheduling.Realtime)
            output.WriteLine("scheduling realtime: the engine runs before all that is not");
        if (c.VirtualTime is { } time)
            output.WriteLine($"time       virtual, {FactorText(time)}: guests join at {time.Socket}");
        foreach (var vm in c.Vms)
        {
            string radios = $"at most {vm.MaxRadios} radio{(vm.MaxRadios == 1 ? "" : "s")}";
            output.WriteLine($"vm         {vm.Name}: {vm.Socket}{(vm.IsVhostUser ? " (vhost-user)" : "")}, {radios}{OwnerText(vm)}{AddressText(vm)}");
        }
        if (c.Local)
            output.WriteLine($"{DaemonConfiguration.LocalName}      this kernel's own mac80211_hwsim radios");
        if (c.Spoofing)
            output.WriteLine("spoofing   allowed: VMs may have, and send as, addresses of others");
        if (c.Socket is not null)
            output.WriteLine($"socket     {c.Socket}: VMs named vm1, vm2 and so on");
        if (c.SocketGroup is not null)
            output.WriteLine($"group      {c.SocketGroup} owns the VMs' sockets");
        foreach (string line in MediumSummary.Lines(c.Medium))
            output.WriteLine(line);
        if (c.Capture is not null)
            output.WriteLine($"capture    {CaptureText(c.Capture)}");
        output.WriteLine($"log        {c.Log.File ?? "standard error"}, {(c.Log.Format == LogFormat.Json ? "JSON" : "text")}");
        if (c.Control is null)
            output.WriteLine($"control    {ControlConfiguration.None}");
        else if (c.Control != new ControlConfiguration(Socket: null))
        {
            output.WriteLine($"control    {c.Control.Socket ?? "beside the state file"}{Part(", group ", c.Control.Group)}"
                + Part(", readers ", c.Control.Readers));
        }
    }

    private static string FactorText(VirtualTimeConfiguration time) => time.Factor is { } factor
        ? $"at most {factor.ToString(CultureInfo.InvariantCulture)} times as fast as the host's"
        : "as fast as events allow";

    private static string OwnerText(VmConfiguration vm) =>
        $"{Part(", for user ", vm.Owner?.User)}{Part(vm.Owner?.User is null ? ", for group " : ", group ", vm.Owner?.Group)}";

    private static string AddressText(VmConfiguration vm) =>
        (vm.Addresses.Count == 0 ? "" : $", addresses {string.Join(' ', vm.Addresses)}")
            + vm.Spoofing switch { true => ", may spoof", false => ", may not spoof", null => "" };

    private static string Part(string what, string? name) => name is null ? "" : what + name;

    internal static string PollingText(Polling polling) => polling.Mode switch
    {
        PollingMode.Fixed => $"{polling.Spin.TotalMicroseconds} microseconds",
        PollingMode.Off => "off",
        _ => "auto",
    };

    private static string CaptureText(CaptureConfiguration capture)
    {
        string age = capture.Duration is { } duration ? $" or {Duration.ToText(duration)}" : "";
        string group = capture.Group is { } name ? $", of group {name}" : "";
        string format = capture.Format == CaptureFormat.Pcap ? ", pcap" : "";
        return $"{capture.File}{format}{SelectionText(capture.Selection)}: files of {ByteSize.ToText(capture.FileSize)}{age}, "
            + $"{capture.Files} at most{group}";
    }

    private static string SelectionText(CaptureSelection selection)
    {
        string radio = selection.Radio == RadioPattern.Any ? "" : $", of {selection.Radio}";
        string view = selection.View == CaptureView.Receiver ? ", as received" : "";
        string lost = (selection.View, selection.HasLost) switch
        {
            (CaptureView.Receiver, true) => " or lost",
            (CaptureView.Medium, false) => ", without lost frames",
            _ => "",
        };
        return $"{radio}{view}{lost}{(selection.ControlFrames ? ", control frames while timing is airtime" : "")}";
    }

    private static string Bytes(ulong bytes) => bytes >= 1 << 20 ? $"{bytes >> 20} MiB" : $"{bytes >> 10} KiB";
}

/// <summary>What <c>--json</c> prints of a right configuration.</summary>
internal sealed record CheckedConfiguration(
    string File,
    Isolation Isolation,
    ulong RegionBytes,
    uint Ports,
    uint TxSlots,
    uint RxDescriptors,
    uint PoolSlots,
    string Polling,
    string Scheduling,
    string? Socket,
    string? SocketGroup,
    IReadOnlyList<VmConfiguration> Vms,
    bool Local,
    VirtualTimeConfiguration? VirtualTime,
    JsonObject Medium,
    CaptureConfiguration? Capture,
    LogConfiguration Log,
    ControlConfiguration? Control,
    IReadOnlyList<ConfigurationWarning> Warnings)
{
    public static CheckedConfiguration Of(DaemonConfiguration c, IReadOnlyList<ConfigurationWarning> warnings) => new(
        c.File,
        c.Isolation,
        c.RegionGeometry.RegionSize,
        c.Geometry.Ports,
        c.Geometry.TxSlots,
        c.Geometry.RxDescriptors,
        c.Geometry.PoolSlots,
        ConfigCheckCommand.PollingText(c.Polling),
        c.Scheduling == ShmWifi.Configuration.Scheduling.Realtime ? "realtime" : "normal",
        c.Socket,
        c.SocketGroup,
        c.Vms,
        c.Local,
        c.VirtualTime,
        MediumWriter.ToJson(c.Medium),
        c.Capture,
        c.Log,
        c.Control,
        warnings);
}

/// <summary>What <c>--json</c> prints of a wrong configuration.</summary>
internal sealed record WrongConfiguration(IReadOnlyList<ConfigurationError> Errors);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    Converters = [typeof(IsolationJson), typeof(LogFormatJson), typeof(CaptureFormatJson)])]
[JsonSerializable(typeof(CheckedConfiguration))]
[JsonSerializable(typeof(WrongConfiguration))]
internal sealed partial class CheckJson : JsonSerializerContext;
