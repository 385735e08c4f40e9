using System.CommandLine;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Lab.Cli;

/// <summary>Options that several commands have.</summary>
internal static class LabOptions
{
    /// <summary>Which lab is meant.</summary>
    public static Option<string?> Name() => new("--lab") { Description = "The lab's name; needed only when several run." };

    /// <summary>Kernel series of the guests.</summary>
    public static Option<string?> Kernel()
    {
        var option = new Option<string?>("--kernel") { Description = "Kernel series of all guests." };
        option.AcceptOnlyFromAmong(GuestKernels.Series);
        return option;
    }

    /// <summary>What runs the VMs.</summary>
    public static Option<string?> Hypervisor()
    {
        var option = new Option<string?>("--hypervisor")
        {
            Description = "What runs the VMs: QEMU (qemu), or User-Mode-Linux (uml), whose guests run natively and have nothing of ours in them.",
        };
        option.AcceptOnlyFromAmong("qemu", "uml");
        return option;
    }

    /// <summary>Refuses options that have no meaning for User-Mode-Linux, where that was chosen.</summary>
    /// <param name="hypervisor">From <see cref="Hypervisor"/>.</param>
    public static void RefuseForUml(Command command, Option<string?> hypervisor, params Option[] refused) => command.Validators.Add(result =>
    {
        if (result.GetValue(hypervisor) != "uml")
            return;
        foreach (var option in refused.Where(option => result.GetResult(option) is { Implicit: false }))
            result.AddError($"{option.Name} is not for --hypervisor uml");
        string? kernel = result.GetValue<string?>("--kernel");
        if (kernel is not null && !GuestKernels.UmlSeries.Contains(kernel))
            result.AddError($"--hypervisor uml needs --kernel {string.Join(" or ", GuestKernels.UmlSeries)}");
    });

    /// <summary>How regions are shared out.</summary>
    public static Option<string?> Isolation()
    {
        var option = new Option<string?>("--isolation") { Description = "One region for all VMs, or a region for each." };
        option.AcceptOnlyFromAmong("shared", "per-vm");
        return option;
    }

    /// <summary>What moves frames in the guests.</summary>
    public static Option<string?> Path()
    {
        var option =
            new Option<string?>("--path") { Description = "What moves frames in the guests: shm-injector (user), or the kernel module (kernel)." };
        option.AcceptOnlyFromAmong("user", "kernel");
        return option;
    }

    /// <summary>The lab of that name; without a name, the one that runs.</summary>
    /// <param name="name">From <see cref="Name"/>.</param>
    /// <exception cref="LabException">None runs, or several do and none is named.</exception>
    public static LabDirectory Find(string? name)
    {
        if (name != null)
            return new LabDirectory(name);
        var running = Directory.Exists(Checkout.Run)
            ? Directory.GetDirectories(Checkout.Run).Select(System.IO.Path.GetFileName).OfType<string>()
                .Where(candidate => new LabDirectory(candidate).TryRead() is { Supervisor.IsAlive: true }).Order().ToList()
            : [];
        return running switch
        {
            [var one] => new LabDirectory(one),
            [] => throw new LabException("no lab runs: './shmwifi lab up' starts one"),
            _ => throw new LabException($"several labs run: choose one by --lab: {string.Join(", ", running)}"),
        };
    }

    /// <summary>A VM of a running lab.</summary>
    /// <exception cref="LabException">There is none of that name.</exception>
    public static VmState FindVm(LabState state, string vm) => state.Vms.FirstOrDefault(candidate => candidate.Name == vm)
        ?? throw new LabException($"lab '{state.Name}' has no VM '{vm}': there are {string.Join(", ", state.Vms.Select(v => v.Name))}");
}
