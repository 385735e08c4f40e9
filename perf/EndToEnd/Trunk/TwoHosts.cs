using ShmWifi.Lab.Processes;
using ShmWifi.Perf.EndToEnd.Relay;
using ShmWifi.ShmMedium.Trunk;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Trunk;

/// <summary>Two daemons that are one medium by a nats-server on loopback, with a station each.</summary>
internal sealed class TwoHosts : IDisposable
{
    private readonly Cleanup _cleanup = new();
    private readonly MediumProcess _near;
    private readonly MediumProcess _far;

    /// <summary>Starts them.</summary>
    public TwoHosts()
    {
        try
        {
            var server = _cleanup.Add(new NatsServer());
            _near = _cleanup.Add(Host(server, "near", firstVm: 1));
            _far = _cleanup.Add(Host(server, "far", firstVm: 2));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the near host has sent to the far one.</summary>
    public TrunkHostStatus Sent => _near.ReadStatistics().Trunk!.Hosts.Single();

    /// <summary>What the far host has received, and lost.</summary>
    public TrunkHostStatus Received => _far.ReadStatistics().Trunk!.Hosts.Single();

    /// <summary>The station of the near host, in this process.</summary>
    public RelayEnd AttachNear() => new RingEnd(_near.PathOf("near.sock"), RelayUnderTest.NearStation, isAcknowledged: false);

    /// <summary>That of the far host.</summary>
    public RelayEnd AttachFar() => new RingEnd(_far.PathOf("far.sock"), RelayUnderTest.FarStation, isAcknowledged: false);

    /// <summary>That of the far host in a process of its own, which answers each frame.</summary>
    public ProgramProcess StartEcho() => RelayCommand.Start("ring-echo", _far.PathOf("far.sock"));

    /// <summary>Waits until each host has both stations.</summary>
    public void WaitForStations()
    {
        _near.WaitForStations(2);
        _far.WaitForStations(2);
    }

    /// <inheritdoc/>
    public void Dispose() => _cleanup.Dispose();

    private static MediumProcess Host(NatsServer server, string name, int firstVm) => MediumProcess.StartConfigured(
        $"vms: [{{name: {name}, socket: {name}.sock}}]\n"
        + $"trunk: {{medium: bench, host: {name}, url: \"{server.Url}\", firstVm: {firstVm}}}\n");
}
