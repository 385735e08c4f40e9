namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>A mesh (802.11s) of three nodes in a line, open and secured by SAE: the node between relays.</summary>
internal sealed class Mesh : IScenario
{
    /// <inheritdoc/>
    public string Name => "mesh";

    /// <inheritdoc/>
    public string Description => "802.11s in a line of three nodes, open and with SAE: pings over two hops, by the relay";

    /// <inheritdoc/>
    public bool NeedsVms => true;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => Nodes.OnEachMediumAsync(run, 3, async nodes =>
    {
        await nodes.PlaceInLineAsync(run.Cancellation);
        run.Progress.Now($"{run.Name}: {nodes.Medium}, open");
        foreach (var radio in nodes.Radios)
        {
            await radio.RunAsync(
                "joining the mesh", "iw dev $dev set type mp && ip link set $dev up && iw dev $dev mesh join line freq 2437", run.Cancellation);
        }
        await JudgeAsync(run, nodes, "open", "192.168.101");
        foreach (var radio in nodes.Radios)
        {
            await radio.RunAsync(
                "leaving the mesh", "iw dev $dev mesh leave && ip link set $dev down && iw dev $dev set type managed", run.Cancellation);
        }

        run.Progress.Now($"{run.Name}: {nodes.Medium}, SAE");
        foreach (var radio in nodes.Radios)
        {
            await new Supplicant(radio).StartAsync(
                run.Cancellation, "network={", "ssid=\"secured\"", "mode=5", "frequency=2437", "key_mgmt=SAE", "sae_password=\"in a line\"", "}");
        }
        await JudgeAsync(run, nodes, "SAE", "192.168.102");
    });

    private static async Task JudgeAsync(ScenarioRun run, Nodes nodes, string security, string prefix)
    {
        for (int node = 0; node < nodes.Radios.Count; node++)
            await nodes.SetAddressAsync(node, nodes.Radios[node].Name, prefix, run.Cancellation);
        var (first, relay, last) = (nodes.Radios[0], nodes.Radios[1], nodes.Radios[2]);
        await relay.RunAsync(
            "waiting for its peers", "until [ $(iw dev $dev station dump | grep -c ESTAB) = 2 ]; do usleep 100000; done", run.Cancellation);
        await nodes.JudgePingAsync(run, security, prefix);

        string target = await last.MacAddressAsync(run.Cancellation);
        string path = await first.RunAsync("reading the mesh path", $"iw dev $dev mpath get {target}", run.Cancellation);
        bool isRelayed = path.Contains(await relay.MacAddressAsync(run.Cancellation), StringComparison.Ordinal);
        run.Judge($"{nodes.Medium}, {security}: mesh paths by way of the relay", "1", isRelayed ? 1 : 0, 1, 1);
    }
}
