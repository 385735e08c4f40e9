using System.CommandLine;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Lab.Cli;

/// <summary><c>lab supervise</c>, which <c>lab up</c> starts: owns the lab's processes until SIGTERM.</summary>
internal static class SuperviseCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var file = new Argument<FileInfo>("topology") { Description = "The copy that 'lab up' made in the lab's folder." };
        var options = new OverrideOptions();
        var command = new Command("supervise", "Own a lab until SIGTERM.") { file };
        options.AddTo(command);
        command.Hidden = true;
        command.SetAction((result, cancellation) => RunAsync(result.GetRequiredValue(file), options.Of(result), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo file, TopologyOverrides overrides, CancellationToken cancellation)
    {
        var topology = TopologyReader.Read(await File.ReadAllTextAsync(file.FullName, cancellation), file.Name, overrides);
        var directory = new LabDirectory(topology.Name);
        var state = new LabState(
            topology.Name, ProcessIdentity.Current, "starting", null, null, topology.PerVmIsolation ? "per-vm" : "shared", null, null, [])
        { IsTimeVirtual = topology.Time is not null };
        try
        {
            await Progress.RunAsync(async progress =>
            {
                await using var lab = await LabInstance.StartAsync(topology, directory, progress, cancellation);
                var roles = new Roles(progress);
                await foreach (var part in Task.WhenEach(roles.StartAsync(lab.Vms, cancellation), lab.WaitScriptsAsync(progress, cancellation)))
                    await part; // whichever fails first ends the lab
                foreach (var vm in lab.Vms)
                    vm.Guest.Dispose(); // from now on the exec ports are for 'lab exec'
                state = state with
                {
                    Phase = "up",
                    Accel = lab.Accel,
                    Medium = topology.Hosts is [null] ? ProcessIdentity.Of(lab.Medium!.ProcessId) : null,
                    Hosts = [.. topology.Hosts.Zip(lab.Media).Where(host => host.First is not null)
                        .Select(host => new HostState(host.First!, ProcessIdentity.Of(host.Second.ProcessId)))],
                    NetworkNamespace = lab.NetworkNamespace,
                    Vms = [.. lab.Vms.Select(
                        vm => Describe(vm, roles.Members.FirstOrDefault(member => member.Radio.Vm == vm), topology.Time is not null))],
                };
                directory.Write(state);
                await Task.Delay(Timeout.Infinite, cancellation);
            });
        }
        catch (OperationCanceledException)
        {
            directory.Write(state with { Phase = "down" });
        }
        catch (Exception exception)
        {
            directory.Write(state with { Phase = "failed", Failure = exception.Message });
            throw;
        }

        return 0;
    }

    private static VmState Describe(VirtualMachine vm, Member? member, bool isTimeVirtual) => new(
        vm.Name,
        vm.Spec.Script is not null ? VmState.Scripted : vm.Spec.Role switch { Role.AccessPoint => "ap", Role.Station => "station", _ => "plain" },
        vm.Spec.Guest,
        vm.Spec.Radios > 0 ? vm.Spec.Path.ToString().ToLowerInvariant() : null,
        ProcessIdentity.Of(vm.ProcessId),
        isTimeVirtual ? null : WiredNetwork.Address(vm.Index),
        vm.Spec.Network?.Ssid.ToString(),
        member?.Address,
        member?.Association?.Milliseconds,
        vm.SerialLog);
}
