using System.Text;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Lab.Medium;

/// <summary>A wmediumd in place of a lab's daemon: all VMs attach to its one vhost-user socket.</summary>
/// <remarks>To be measured beside. Links are what it takes them for without a model: an SNR of 30 dB, at which it loses next to nothing.</remarks>
internal sealed class Wmediumd : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly ChildProcess _process;

    private Wmediumd(ChildProcess process) => _process = process;

    /// <summary>The socket that all VMs attach to.</summary>
    /// <param name="folder">The lab's.</param>
    public static string Socket(string folder) => Path.Combine(folder, "wmediumd.sock");

    /// <summary>Starts it and waits until its socket is there.</summary>
    /// <exception cref="LabException">It ended, or is not ready within 20 s.</exception>
    public static async Task<Wmediumd> StartAsync(
        Spawner spawner, string folder, string program, Topology topology, CancellationToken cancellation)
    {
        string configuration = Path.Combine(folder, "wmediumd.cfg");
        await File.WriteAllTextAsync(configuration, Configuration(topology), cancellation);
        var process = spawner.Start("wmediumd", MediumProcess.Log(folder), [program, "-c", configuration, "-u", Socket(folder), "-l", "4"]);
        var wmediumd = new Wmediumd(process);
        try
        {
            await process.WaitReadyAsync("wmediumd", () => File.Exists(Socket(folder)), ReadyLimit, cancellation);
            return wmediumd;
        }
        catch
        {
            await wmediumd.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync(StopLimit);
        _process.Dispose();
    }

    private static string Configuration(Topology topology)
    {
        var ids = topology.Vms.Index().SelectMany(vm => Wifi.GuestRadios.VirtioAddresses(vm.Item, vm.Index));
        return new StringBuilder("ifaces :\n{\n    ids = [\n        ")
            .AppendJoin(",\n        ", ids.Select(id => $"\"{id}\""))
            .Append("\n    ];\n};\n")
            .ToString();
    }
}
