using System.Globalization;
using ShmWifi.Configuration;
using ShmWifi.Dot11.Frames;
using ShmWifi.Lab;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.Tests.Support;

/// <summary>A whole daemon in this process, in a folder of its own, with small rings; and the VMs that attached to it.</summary>
internal sealed class TestDaemon : IDisposable
{
    /// <summary>Small, so that every ring is full soon.</summary>
    public const string SmallRings = "{ ports: 8, txSlots: 64, rxDescriptors: 128, poolSlots: 32 }";

    private readonly string _folder = Directory.CreateTempSubdirectory("shmwifi-medium").FullName;
    private readonly RecordingSink _sink = new();
    private readonly MediumLog _log;
    private readonly List<SimulatedGuest> _vms = [];
    private readonly List<SimulatedFrontEnd> _frontEnds = [];
    private readonly List<DaemonFailure> _failures = [];
    private int _marks;
    private bool _isLogEnded;

    /// <summary>Starts it.</summary>
    /// <param name="geometry">YAML.</param>
    /// <param name="vms">VMs with a socket of their own: name.sock.</param>
    public TestDaemon(Isolation isolation, string geometry, params (string Name, int Radios)[] vms)
        : this(isolation, geometry, spoofing: false, vms: vms)
    {
    }

    /// <summary>Starts it.</summary>
    /// <param name="geometry">YAML.</param>
    /// <param name="spoofing">Whether VMs may have addresses of others.</param>
    /// <param name="vmKeys">YAML: more keys of <paramref name="vms"/>.</param>
    /// <param name="frontEnds">VMs whose front ends speak vhost-user at a socket of their own: name.sock.</param>
    /// <param name="keys">YAML: more of the configuration.</param>
    /// <param name="vms">VMs with a socket of their own: name.sock.</param>
    public TestDaemon(Isolation isolation, string geometry = SmallRings, bool spoofing = false, string? vmKeys = null,
        IReadOnlyList<string>? frontEnds = null, string keys = "", params (string Name, int Radios)[] vms)
        : this(YamlOf(isolation, geometry, spoofing, vmKeys, frontEnds, keys, vms))
    {
    }

    /// <summary>Starts one that is configured like this.</summary>
    public TestDaemon(string yaml)
    {
        _log = new MediumLog(_sink);
        Daemon = new Daemon(DaemonConfiguration.Parse(yaml, Path.Combine(_folder, "medium.yaml")), Path.Combine(_folder, "state.json"), _log,
            failure =>
            {
                lock (_failures)
                    _failures.Add(failure);
            },
            new NoDescriptorStore());
    }

    private static string YamlOf(Isolation isolation, string geometry, bool spoofing, string? vmKeys, IReadOnlyList<string>? frontEnds,
        string keys, (string Name, int Radios)[] vms)
    {
        string yaml = $"""
            isolation: {(isolation == Isolation.Shared ? "shared" : "per-vm")}
            socket: any.sock
            geometry: {geometry}
            spoofing: {(spoofing ? "allowed" : "refused")}
            {keys}

            """;
        if (vms.Length != 0 || frontEnds is not null)
        {
            string more = vmKeys is null ? "" : ", " + vmKeys;
            yaml += "vms:\n" + string.Concat((frontEnds ?? []).Select(name => $"  - {{ name: {name}, vhostUser: {name}.sock }}\n"))
                + string.Concat(vms.Select(vm => $"  - {{ name: {vm.Name}, socket: {vm.Name}.sock, radios: {vm.Radios}{more} }}\n"));
        }
        return yaml;
    }

    /// <summary>A file in its folder.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>The daemon.</summary>
    public Daemon Daemon { get; }

    /// <summary>Why it could not go on.</summary>
    public IReadOnlyList<DaemonFailure> Failures
    {
        get
        {
            lock (_failures)
                return [.. _failures];
        }
    }

    /// <summary>What it told people until now: the log's own thread has written it.</summary>
    public RecordingSink Log
    {
        get
        {
            int mark = Interlocked.Increment(ref _marks);
            Deadline.Until(() => _isLogEnded || IsWritten(), "the log's thread");
            return _sink;

            bool IsWritten()
            {
                if (_sink.Mark >= mark)
                    return true;
                _log.Warn(RecordingSink.MarkOf(mark)); // again, if the queue was full
                return false;
            }
        }
    }

    /// <summary>Where its control API listens.</summary>
    public string ControlSocket => Path.Combine(_folder, "control.sock");

    /// <summary>A VM attaches.</summary>
    /// <param name="name">The VM whose socket it takes; null: the common one.</param>
    public SimulatedGuest Connect(string? name = null)
    {
        var vm = SimulatedGuest.Connect(Path.Combine(_folder, $"{name ?? "any"}.sock"));
        _vms.Add(vm);
        return vm;
    }

    /// <summary>A front end connects, and its guest's driver has its queues.</summary>
    /// <param name="isSealed">Whether its memory cannot shrink.</param>
    public SimulatedFrontEnd StartFrontEnd(string name, bool isSealed = false)
    {
        var frontEnd = ConnectFrontEnd(name, isSealed);
        frontEnd.SetUp();
        return frontEnd;
    }

    /// <summary>A front end connects.</summary>
    /// <inheritdoc cref="StartFrontEnd"/>
    public SimulatedFrontEnd ConnectFrontEnd(string name, bool isSealed = false)
    {
        var frontEnd = new SimulatedFrontEnd(Path.Combine(_folder, $"{name}.sock"), isSealed);
        _frontEnds.Add(frontEnd);
        return frontEnd;
    }

    /// <summary>A VM attaches, and its service starts with radios 0, 1, … of these addresses, which listen on 2412 MHz.</summary>
    public SimulatedGuest Attach(params ReadOnlySpan<MacAddress> radios) => Attach(channelMhz: 2412, radios);

    /// <summary>The same on another channel.</summary>
    /// <param name="channelMhz">0: they listen nowhere; null: only their kernel knows where.</param>
    public SimulatedGuest Attach(uint? channelMhz, params ReadOnlySpan<MacAddress> radios)
    {
        var vm = Connect();
        vm.Hello();
        for (int i = 0; i < radios.Length; i++)
        {
            vm.AddRadio((ushort)i, radios[i]);
            vm.Tune((ushort)i, channelMhz);
        }
        vm.Drain();
        return vm;
    }

    /// <summary>The engine's side of a VM.</summary>
    public Port PortOf(SimulatedGuest vm) => Daemon.Engine.Ports.Single(p => p.Offer.PeerId == vm.PeerId);

    /// <summary>A counter of the host's for a VM.</summary>
    public static ulong Count(SimulatedGuest vm, HostCounter counter) => vm.Port.ReadCounter(counter);

    /// <summary>Has the engine thread answer, so it lives and does not hang.</summary>
    public void AssertEngineAnswers()
    {
        using var answered = new ManualResetEventSlim();
        Daemon.Engine.Post(answered.Set);
        if (!answered.Wait(Deadline.Limit))
            throw new LabException("the engine thread does not answer");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _vms.ForEach(vm => vm.Kill());
        _frontEnds.ForEach(frontEnd => frontEnd.Kill());
        Deadline.Until(() => Daemon.Engine.Ports.All(p => p.IsRemote), "all VMs of this host are gone");
        AssertEngineAnswers();
        AssertEngineAnswers(); // after a round, in which the ports were released
        Daemon.Dispose();
        _vms.ForEach(vm => vm.Dispose());
        _frontEnds.ForEach(frontEnd => frontEnd.Dispose());
        _log.Dispose();
        _isLogEnded = true;
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Keeps events.</summary>
    public sealed class RecordingSink : ILogSink
    {
        private const string MarkBegin = "test mark ";
        private readonly List<LogEvent> _events = [];
        private int _mark;

        /// <summary>The latest mark that was written, and with it all that came before.</summary>
        public int Mark => Volatile.Read(ref _mark);

        /// <summary>A message that is a mark, and no event.</summary>
        public static string MarkOf(int number) => $"{MarkBegin}{number}";

        /// <summary>Events so far.</summary>
        public IReadOnlyList<LogEvent> Events
        {
            get
            {
                lock (_events)
                    return [.. _events];
            }
        }

        /// <inheritdoc/>
        public void Write(LogEvent item)
        {
            if (item.Message.StartsWith(MarkBegin, StringComparison.Ordinal))
            {
                Volatile.Write(ref _mark, int.Parse(item.Message.AsSpan(MarkBegin.Length), CultureInfo.InvariantCulture));
                return;
            }
            lock (_events)
                _events.Add(item);
        }

        /// <summary>Events of a kind.</summary>
        public int Count(string kind) => Events.Count(e => e.Event == kind);
    }
}
