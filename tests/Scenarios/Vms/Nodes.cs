using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>Radios that something is tried with, one a node: each in a VM of its own, or all in one on the kernel's own medium.</summary>
internal sealed class Nodes : IAsyncDisposable
{
    private readonly WifiLab _lab;

    private Nodes(WifiLab lab, string medium, IReadOnlyList<WifiInterface> radios)
    {
        _lab = lab;
        Medium = medium;
        Radios = radios;
    }

    /// <summary>Where they are, in a figure's name.</summary>
    public string Medium { get; }

    /// <summary>Their interfaces.</summary>
    public IReadOnlyList<WifiInterface> Radios { get; }

    /// <summary>VMs node1, node2 and on, on the lab's medium.</summary>
    public static async Task<Nodes> OnLabMediumAsync(ScenarioRun run, int count, string kernel, FramePath path)
    {
        VmSpec[] vms = [.. Enumerable.Range(1, count).Select(number => new VmSpec { Name = Name(number), Kernel = kernel, Path = path })];
        var lab = await WifiLab.StartAsync(run, "", vms);
        return new Nodes(
            lab, $"{kernel}, {path.ToString().ToLowerInvariant()} path", [.. vms.Select(vm => new WifiInterface(lab[vm.Name], "wlan0"))]);
    }

    /// <summary>Radios of one VM, each in a network namespace of its own.</summary>
    public static async Task<Nodes> OnKernelMediumAsync(ScenarioRun run, int count)
    {
        string kernel = run.Options.Kernel;
        var lab = await WifiLab.StartAsync(run, "", new VmSpec { Name = "nodes", Kernel = kernel, Radios = 0, KernelRadios = count });
        try
        {
            WifiInterface[] radios =
                [.. Enumerable.Range(1, count).Select(number => new WifiInterface(lab["nodes"], $"wlan{number - 1}", Name(number)))];
            foreach (var radio in radios)
            {
                await lab["nodes"].Guest.RunAsync(
                    $"moving {radio.Name}",
                    $"""
                    /bin/ip netns add {radio.Namespace} &&
                        iw phy "$(cat /sys/class/net/{radio.Name}/phy80211/name)" set netns name {radio.Namespace} &&
                        /bin/ip -n {radio.Namespace} link set lo up
                    """,
                    TimeSpan.FromSeconds(20),
                    run.Cancellation);
            }
            return new Nodes(lab, $"{kernel}, the kernel's own medium", radios);
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Tries the same on both paths, and on the kernel's own medium.</summary>
    public static async Task OnEachMediumAsync(ScenarioRun run, int count, Func<Nodes, Task> act)
    {
        foreach (var path in (FramePath[])[FramePath.User, FramePath.Kernel])
        {
            await using var nodes = await OnLabMediumAsync(run, count, run.Options.Kernel, path);
            await act(nodes);
        }
        await using var baseline = await OnKernelMediumAsync(run, count);
        await act(baseline);
    }

    /// <summary>Has three of them in a line: the ends do not hear each other.</summary>
    /// <remarks>On the kernel's own medium radios hear each other that have a bit of hwsim's "group" in common. Source: linux
    /// drivers/net/wireless/virtual/mac80211_hwsim.c, hwsim_ps_rx_group and mac80211_hwsim_tx_frame_no_nl().</remarks>
    public Task PlaceInLineAsync(CancellationToken cancellation) => Radios[0].Namespace == null
        ? _lab.Medium.ControlAsync(cancellation, "set", "link", Name(1), Name(3), "--loss", "1")
        : Radios[0].Vm.Guest.RunAsync(
            "putting the radios into groups",
            "for i in 0 1 2; do echo $((3 << i)) >/sys/kernel/debug/ieee80211/phy$i/hwsim/group || exit 1; done",
            TimeSpan.FromSeconds(20),
            cancellation);

    /// <summary>Gives a node's interface an address, the node's number in a network.</summary>
    /// <param name="node">From 0.</param>
    /// <param name="device">The interface.</param>
    /// <param name="prefix">Of the network, such as "192.168.100".</param>
    public Task SetAddressAsync(int node, string device, string prefix, CancellationToken cancellation) => Radios[node].RunAsync(
        "setting the address", $"/bin/ip address add {prefix}.{node + 1}/24 dev {device}", cancellation);

    /// <summary>Pings the last node from the first, and judges that answers come.</summary>
    /// <param name="figure">What of.</param>
    /// <param name="prefix">Of the network that both have an address in.</param>
    public async Task JudgePingAsync(ScenarioRun run, string figure, string prefix)
    {
        int count = run.Options.IsQuick ? 50 : 200;
        var probe = new PingProbe(new MeasuredPath(Name(1), Name(Radios.Count), Radios[0].Vm.Guest, Radios[0].Enter, $"{prefix}.{Radios.Count}"));
        await probe.WarmUpAsync(run.Cancellation);
        await probe.RunAsync(count, run.Cancellation);
        run.Judge($"{Medium}, {figure}: pings answered, of {count}", "1", probe.Received, 0.98 * count, count);
        run.Tell($"{Medium}, {figure}: round trip, p50", "ms", RttSummary.Of(probe.RttMs)?.P50 ?? double.NaN);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    private static string Name(int number) => $"node{number}";
}
