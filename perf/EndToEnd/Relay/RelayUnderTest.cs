using System.Globalization;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>A relay that runs, and how stations reach it: through shm-medium, or through a baseline.</summary>
internal sealed class RelayUnderTest : IDisposable
{
    /// <summary>The station that this process plays.</summary>
    public const byte NearStation = 0;

    /// <summary>The station that answers.</summary>
    public const byte FarStation = 1;

    /// <summary>Of a daemon's polling: it polls while it is measured, and sleeps soon after.</summary>
    public const string PollingInTurns = "20000"; // µs

    /// <summary>The route by Unix datagrams, which the goals compare with.</summary>
    public const string DatagramsLabel = "Unix datagrams";

    private readonly Func<byte, RelayEnd> _attach;
    private readonly IReadOnlyList<string> _echo;
    private readonly IDisposable _relay;
    private readonly string? _folder;

    private RelayUnderTest(string label, IDisposable relay, Func<byte, RelayEnd> attach, IReadOnlyList<string> echo, string? folder = null)
    {
        (Label, _relay, _attach, _echo, _folder) = (label, relay, attach, echo, folder);
    }

    /// <summary>For tables and legends.</summary>
    public string Label { get; }

    /// <summary>The daemon, where it relays.</summary>
    public MediumProcess? Daemon => _relay as MediumProcess;

    /// <summary>Through a daemon.</summary>
    /// <param name="ports">How many stations may attach.</param>
    /// <param name="isAcknowledged">Whether unicast frames are acknowledged, which a baseline does not do.</param>
    /// <param name="keys">YAML: more of the configuration.</param>
    public static RelayUnderTest Rings(
        string polling, int ports, bool isAcknowledged, string scheduling = "normal", string isolation = "shared", string keys = "")
    {
        var daemon =
            MediumProcess.StartConfigured(
                $"socket: any.sock\nisolation: {isolation}\npolling: {polling}\nscheduling: {scheduling}\ngeometry: {{ ports: {ports} }}\n{keys}");
        IEnumerable<string> option = isAcknowledged ? ["--acknowledged"] : [];
        return new RelayUnderTest(
            $"rings{(isAcknowledged ? ", acknowledged" : "")}{(scheduling == "normal" ? "" : $", scheduling: {scheduling}")}", daemon, station =>
                new RingEnd(daemon.Socket, station, isAcknowledged), ["ring-echo", daemon.Socket, .. option]);
    }

    /// <summary>Through a relay of Unix datagrams.</summary>
    public static RelayUnderTest Datagrams(int stations, bool spin = false)
    {
        string folder = Directory.CreateTempSubdirectory("shmwifi-relay").FullName;
        IEnumerable<string> option = spin ? ["--spin"] : [];
        try
        {
            var relay = RelayCommand.Start(["datagram-relay", folder, $"{stations}", .. option]);
            return new RelayUnderTest(spin ? "Unix datagrams, polling" : DatagramsLabel, relay, station =>
                new DatagramEnd(folder, station), ["datagram-echo", folder], folder);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Through a relay of TCP streams.</summary>
    /// <param name="noDelay">TCP_NODELAY, at the relay and at both ends.</param>
    public static RelayUnderTest Streams(int stations, bool noDelay)
    {
        IEnumerable<string> option = noDelay ? ["--no-delay"] : [];
        var relay = RelayCommand.Start(["stream-relay", $"{stations}", .. option]);
        int port = int.Parse(relay.AwaitLine(RelayCommand.Ready).Split(' ')[^1], CultureInfo.InvariantCulture);
        return new RelayUnderTest(noDelay ? "TCP, TCP_NODELAY" : "TCP", relay, station =>
            new StreamEnd(port, station, noDelay), ["stream-echo", $"{port}", .. option]);
    }

    /// <summary>Daemons that poll in turns and were measured before sleep when it returns.</summary>
    public static void WaitUntilOthersSleep() => Thread.Sleep(50);

    /// <summary>CPU time that the thread that relays has used, ns.</summary>
    public long CpuNs => Daemon?.EngineCpuNs ?? ((ProgramProcess)_relay).CpuNs();

    /// <summary>A station in this process.</summary>
    public RelayEnd Attach(byte station) => _attach(station);

    /// <summary>The far station in a process of its own, which answers each frame.</summary>
    public ProgramProcess StartEcho() => RelayCommand.Start(_echo);

    /// <inheritdoc/>
    public void Dispose()
    {
        _relay.Dispose();
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }
}
