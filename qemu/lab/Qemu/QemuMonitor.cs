using System.Text.Json.Nodes;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Lab.Qemu;

/// <summary>The monitor of a VM that QEMU runs.</summary>
internal static class QemuMonitor
{
    /// <summary>Runs a command.</summary>
    /// <param name="command">"query-status", "stop", "cont".</param>
    /// <param name="arguments">By name; null: none.</param>
    /// <exception cref="LabException">QEMU refused the command: its reason.</exception>
    public static Task<JsonNode?> ExecuteAsync(
        VirtualMachine vm, string command, CancellationToken cancellation, JsonObject? arguments = null) =>
        ExecuteAsync(vm.Folder, command, cancellation, arguments);

    /// <summary>Runs a command.</summary>
    /// <param name="folder">The VM's.</param>
    /// <inheritdoc cref="ExecuteAsync(VirtualMachine, string, CancellationToken, JsonObject?)"/>
    public static async Task<JsonNode?> ExecuteAsync(
        string folder, string command, CancellationToken cancellation, JsonObject? arguments = null)
    {
        using var monitor = await QmpClient.ConnectAsync(QemuCommand.QmpSocket(folder), cancellation);
        return await monitor.ExecuteAsync(command, cancellation, arguments);
    }

    /// <summary>Asks for the threads that run a VM's virtual CPUs: what the guest itself costs, without QEMU's own work.</summary>
    public static async Task<IReadOnlyList<int>> CpuThreadsAsync(VirtualMachine vm, CancellationToken cancellation)
    {
        var cpus = await ExecuteAsync(vm, "query-cpus-fast", cancellation) ?? throw new LabException($"{vm.Name}: QEMU has ended");
        return [.. cpus.AsArray().Select(cpu => cpu!["thread-id"]!.GetValue<int>())];
    }
}
