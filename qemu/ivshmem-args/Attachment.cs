using ShmWifi.Configuration;
using ShmWifi.Configuration.Text;

namespace ShmWifi.IvshmemArgs;

/// <summary>Where VMs attach, told by a running daemon or by a configuration.</summary>
/// <param name="Pid">The running daemon; null when a configuration told it.</param>
/// <param name="RegionBytes">Bytes of a VM's region.</param>
/// <param name="CommonSocket">Where VMs without a socket of their own attach.</param>
internal sealed record Attachment(string Source, int? Pid, ulong RegionBytes, string? CommonSocket, IReadOnlyList<DaemonVm> Vms)
{
    /// <summary>As a running daemon has it.</summary>
    public static Attachment Of(DaemonState state, string source)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new(source, state.Pid, state.RegionBytes, state.Socket, state.Vms);
    }

    /// <summary>As a daemon with this configuration would have it.</summary>
    public static Attachment Of(DaemonConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return new(
            configuration.File,
            null,
            configuration.RegionGeometry.RegionSize,
            configuration.Socket,
            [.. configuration.Vms.Where(vm => !vm.IsVhostUser).Select(vm => new DaemonVm(vm.Name, vm.Socket))]);
    }

    /// <summary>The socket of a VM.</summary>
    /// <param name="vm">Its name; null: the common socket, or the only VM's.</param>
    /// <exception cref="InvalidOperationException">No such VM, or more than one; says which there are.</exception>
    public string SocketOf(string? vm)
    {
        if (vm is null)
        {
            return CommonSocket
                ?? (Vms.Count == 1 ? Vms[0].Socket : throw new InvalidOperationException($"which VM? '{Source}' has {Known}"));
        }

        return Vms.FirstOrDefault(known => known.Name == vm)?.Socket
            ?? throw new InvalidOperationException(
                $"no VM '{vm}'{Nearest.Hint(vm, Vms.Select(known => known.Name))}; '{Source}' has {Known}");
    }

    private string Known =>
        string.Join(", ",
            Vms.Select(vm => vm.Name).Append(CommonSocket is null ? null : "a socket for any VM (name none to use it)").OfType<string>());
}
