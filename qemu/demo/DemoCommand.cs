using System.CommandLine;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Text;
using ShmWifi.Lab.Cli;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Demo;

/// <summary><c>demo</c>.</summary>
internal static class DemoCommand
{
    /// <summary>The command.</summary>
    public static RootCommand Create()
    {
        var kernel = LabOptions.Kernel();
        var isolation = LabOptions.Isolation();
        var path = LabOptions.Path();
        var hypervisor = LabOptions.Hypervisor();
        var security = new Option<string>("--security") { Description = "How the network is protected.", DefaultValueFactory = _ => "wpa2" };
        security.AcceptOnlyFromAmong("open", "wpa2", "wpa3");
        var architecture = new Option<string>("--ap-architecture")
        {
            Description = "The access point's machine: x86-64 (amd64), or QEMU's virt with an aarch64 processor (arm64).",
            DefaultValueFactory = _ => "amd64",
        };
        architecture.AcceptOnlyFromAmong("amd64", "arm64");
        var stations = Number("--stations", "How many stations.", 2, 1, 100);
        var seconds = Number(
            "--duration", "Seconds that the pings of each pair, and each TCP test, take (default: 5; 2 with --hypervisor uml).", null, 2, 3600);
        var soak = Time("--soak", "Keep traffic for that long, such as 5m or 90s, then look for lost links.");
        var reloadEvery =
            Time("--reload-every", "During the soak, reload the kernel module of the first station that often, such as 60s; with --path kernel.");
        var hosts = Number("--hosts", "Daemons that are one medium by a NATS server (docs/trunk.md), with stations on each.", 1, 1, 8);
        var name = new Option<string>("--name")
        {
            Description = "Names the folder run/NAME of its logs and capture.",
            DefaultValueFactory = _ =>
            "demo"
        };
        var web = new Option<int?>("--web")
        {
            Description =
                $"Serve the medium's map at this port of this machine (docs/web.md), and stay until Ctrl-C. Default: {ListenAddress.WebPort}.",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "PORT",
        };
        web.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!ushort.TryParse(result.Tokens[0].Value, out ushort port) || port == 0))
                result.AddError("--web must be a port from 1 to 65535");
        });
        var json = new Option<FileInfo?>("--json") { Description = "Write the figures to this file." };
        var command = new RootCommand("An access point and stations in VMs of their own: association, ping, TCP, beside both floors.")
        {
            hypervisor, kernel, architecture, isolation, path, security, stations, hosts, seconds, soak, reloadEvery, json, name, web,
        };
        LabOptions.RefuseForUml(command, hypervisor, isolation, path, architecture, reloadEvery);
        command.Validators.Add(result =>
        {
            if (result.GetResult(reloadEvery) is null)
                return;
            if (result.GetValue(path) != "kernel")
                result.AddError("--reload-every needs --path kernel: it reloads the module that moves the frames there");
            else if (result.GetValue(reloadEvery) < ReloadSoak.ShortestPeriod || result.GetValue(reloadEvery) > result.GetValue(soak))
                result.AddError($"--reload-every must be from {ReloadSoak.ShortestPeriod.TotalSeconds}s to the duration of --soak");
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(architecture) == "arm64" && result.GetValue(kernel) is { } series && !GuestKernels.Arm64Series.Contains(series))
                result.AddError($"--ap-architecture arm64 needs --kernel {string.Join(" or ", GuestKernels.Arm64Series)}");
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(hosts) > 1 && result.GetResult(web) is not null)
                result.AddError("--web is for one daemon: each of --hosts would want the port");
        });
        command.SetAction((result, cancellation) => DemoRun.RunAsync(
            new DemoOptions(
                result.GetRequiredValue(name),
                result.GetValue(kernel) ?? "6.12",
                result.GetValue(isolation) == "per-vm",
                Enum.Parse<Security>(result.GetRequiredValue(security), ignoreCase: true),
                result.GetValue(stations)!.Value,
                result.GetValue(seconds) ?? (result.GetValue(hypervisor) == "uml" ? 2 : 5), // native guests need no time to get going
                result.GetValue(soak))
            {
                Hypervisor = result.GetValue(hypervisor) == "uml" ? Hypervisor.Uml : Hypervisor.Qemu,
                Hosts = result.GetValue(hosts)!.Value,
                Path = result.GetValue(hypervisor) == "uml" ? FramePath.Virtio
                    : result.GetValue(path) == "kernel" ? FramePath.Kernel
                    : FramePath.User,
                AccessPointArchitecture = Enum.Parse<GuestArchitecture>(result.GetRequiredValue(architecture), ignoreCase: true),
                ReloadEvery = result.GetValue(reloadEvery),
                WebPort = result.GetResult(web) is null ? null : result.GetValue(web) ?? ListenAddress.WebPort,
            },
            result.GetValue(json)?.FullName,
            cancellation));
        return command;
    }

    private static Option<int?> Number(string name, string description, int? fallback, int minimum, int maximum)
    {
        var option = new Option<int?>(name) { Description = description };
        if (fallback is { } number)
            option.DefaultValueFactory = _ => number;
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && (value < minimum || value > maximum))
                result.AddError($"{name} must be from {minimum} to {maximum}");
        });
        return option;
    }

    private static Option<TimeSpan> Time(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (!Duration.TryParse(text, out var duration))
                result.AddError($"{name}: '{text}' is no duration; write {Duration.Allowed}");
            return duration;
        },
    };
}
