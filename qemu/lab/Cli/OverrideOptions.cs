using System.CommandLine;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Lab.Cli;

/// <summary>Options in place of what a topology file says.</summary>
internal sealed class OverrideOptions
{
    private readonly Option<string?> _kernel = LabOptions.Kernel();
    private readonly Option<string?> _isolation = LabOptions.Isolation();
    private readonly Option<string?> _path = LabOptions.Path();
    private readonly Option<string?> _hypervisor = LabOptions.Hypervisor();
    private readonly Option<string?> _time = new("--time")
    {
        Description = "real; virtual: the VMs' clocks are the medium's, as fast as events allow; virtual:FACTOR: at most so many times as fast as "
            + "this machine's. For User-Mode-Linux.",
    };
    private readonly Option<string?> _host = new("--host")
    {
        Description = "Start the VMs of that host of the topology, with its daemon; others run the rest. Default: those of all hosts, here.",
    };

    /// <summary>Has a command take them.</summary>
    public void AddTo(Command command)
    {
        command.Add(_kernel);
        command.Add(_isolation);
        command.Add(_path);
        command.Add(_hypervisor);
        command.Add(_time);
        command.Add(_host);
        LabOptions.RefuseForUml(command, _hypervisor, _isolation, _path);
    }

    /// <summary>Their values.</summary>
    public TopologyOverrides Of(ParseResult result) => new(
        result.GetValue(_kernel), result.GetValue(_isolation), result.GetValue(_path), result.GetValue(_hypervisor),
        result.GetValue(_time), result.GetValue(_host));
}
