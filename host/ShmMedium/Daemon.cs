using Microsoft.Extensions.Configuration;
using ShmWifi.Configuration;
using ShmWifi.Hwsim;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.ShmMedium.Control;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Ports;
using ShmWifi.ShmMedium.Ports.Ivshmem;
using ShmWifi.ShmMedium.Ports.Local;
using ShmWifi.ShmMedium.Ports.Sockets;
using ShmWifi.ShmMedium.Ports.VhostUser;
using ShmWifi.ShmMedium.Telemetry;
using ShmWifi.ShmMedium.Trunk;
using ShmWifi.ShmMedium.VirtualTime;

namespace ShmWifi.ShmMedium;

/// <summary>All parts of shm-medium, wired: capture, frame log, engine, server with its sockets, meter, control API, state file.</summary>
/// <remarks>Its parts are taken down in the reverse order of their making, also of those that a start has made before it is refused.</remarks>
internal sealed class Daemon : IDisposable
{
    private readonly Stack<IDisposable> _parts = [];

    /// <summary>Opens the sockets and takes VMs on.</summary>
    /// <param name="configuration">Checked.</param>
    /// <param name="log">What happens, for people; frames, too, if it wants them.</param>
    /// <param name="fail">Told when it cannot go on; on a thread that must not end the daemon itself.</param>
    /// <param name="store">What the engine before has left, and where what the next one needs is kept.</param>
    /// <exception cref="Linux.LibCException">A socket, the region or a descriptor is not available.</exception>
    /// <exception cref="HwsimException">This kernel's own radios are wanted, and it has none, or does not give their medium.</exception>
    public Daemon(DaemonConfiguration configuration, string statePath, MediumLog log, Action<DaemonFailure> fail, IDescriptorStore store)
    {
        try
        {
            var kept = Keep(new KeptSockets(store));
            bool isShared = configuration.Isolation == Isolation.Shared;
            var ledger = Keep(Ledger.Open(store, configuration.Geometry, isShared));
            var regions = Keep<RegionSource>(isShared
                ? new SharedRegionSource(configuration.Geometry, store)
                : new PerVmRegionSource(configuration.Geometry));
            long unixFromNs = configuration.VirtualTime is null ? Linux.MonotonicClock.UnixOffsetNs : Calendar.EpochNs;
            var capture = configuration.Capture is { } wanted ? Keep(new CaptureTap(wanted, log.Warn) { UnixFromMonotonicNs = unixFromNs }) : null;
            var frameLog = log.WantsFrames ? Keep(new FrameLog(log) { UnixFromMonotonicNs = unixFromNs }) : null;
            var mediumLedger = Keep(MediumLedger.Open(store));
            var frameLedger = Keep(FrameLedger.Open(store));
            var calendar = configuration.VirtualTime is { } time ? Keep(OpenCalendar(time, configuration.Vms.Count, log, kept)) : null;
            Engine = Keep(new MediumEngine(ledger, mediumLedger, frameLedger, log, SpinBudgetOf(configuration.Polling), configuration.Medium,
                exception => fail(DaemonFailure.Of("the engine", exception)), calendar)
            {
                ProblemOf = configuration.Trunk is null ? _ => null : TrunkConfiguration.ProblemOf,
            });
            if (capture is not null)
            {
                capture.Tap.WaitsForReader = calendar is not null;
                Engine.AddTap(capture.Tap);
            }
            if (frameLog is not null)
                Engine.AddTap(frameLog.Tap);
            Captures = Keep(new Captures(Engine, capture, unixFromNs, log.Warn));
            Snapshots = new SnapshotSource(Engine, Captures, frameLog, store, new LastEventFiles(LastEventFiles.FolderFor(statePath)));
            var servers = OpenServers(configuration, log, fail, store, regions, ledger, kept);
            if (configuration.Scheduling == Scheduling.Realtime)
                Engine.Post(() => EnterRealtime(log));
            Engine.Start();
            foreach (var server in servers)
                server.Start(); // VMs are served from here on: of an engine that takes over nothing else is waited for
            var meter = Keep(new MediumMeter(Snapshots));
            if (configuration.Metrics is { } metrics)
                Keep(MetricsServer.Start(metrics, meter, log.Warn));
            if (OtlpExport.TryStart(new ConfigurationBuilder().AddEnvironmentVariables().Build()) is { } export)
                Keep(export);
            Keep(new AbsenceWatch(new EngineMedium(Engine, Engine, log.Note), log.RadioAbsent));
            if (configuration.Control is not null || configuration.Web is not null)
                Keep(OpenControl(configuration, statePath, log, kept)).Start();
            Keep(DaemonStateFile.Publish(statePath, DaemonState.Of(configuration, configuration.Control?.SocketFor(statePath), store.KeeperId)));
            kept.Settle();
            capture?.Start(); // last: a start that is refused leaves no file
            frameLog?.Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The engine.</summary>
    public MediumEngine Engine { get; }

    /// <summary>Its captures.</summary>
    public Captures Captures { get; }

    /// <summary>What it has done so far.</summary>
    public SnapshotSource Snapshots { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_parts.TryPop(out var part))
            part.Dispose();
    }

    private T Keep<T>(T part)
        where T : IDisposable
    {
        _parts.Push(part);
        return part;
    }

    private static CalendarServer OpenCalendar(VirtualTimeConfiguration time, int guests, MediumLog log, KeptSockets kept) =>
        new(kept.Open(time.Socket, new SocketAccess()), guests, time.Factor, log);

    /// <summary>A daemon that may not be real-time serves all the same.</summary>
    private static void EnterRealtime(MediumLog log)
    {
        try
        {
            RealtimeThread.Enter();
        }
        catch (Linux.LibCException exception)
        {
            log.Warn($"scheduling: realtime has no effect: {exception.Message}; run shm-medium as root, or raise its limit (ulimit -r 1, "
                + $"LimitRTPRIO=1)");
        }
    }

    private ControlServer OpenControl(DaemonConfiguration configuration, string statePath, MediumLog log, KeptSockets kept)
    {
        DaemonStateFile.MakeFolder(statePath); // the socket's default place
        var control = configuration.Control;
        var rights = control is null ? ControlRights.OwnersOnly : ControlRights.Of(control);
        var socket = control is null ? null : kept.Open(control.SocketFor(statePath), rights.Access);
        var web = configuration.Web is { } at ? WebListener.Open(at, statePath, log.PageServed, log.Warn) : null;
        var medium = new EngineMedium(Engine, Snapshots.Trunk?.Medium ?? (IMediumChanger)Engine, log.Note);
        return new ControlServer(socket, web, rights, medium, configuration, Snapshots.Take, Captures, log.Warn, log.OldNameUsed);
    }

    /// <summary>All kinds of port.</summary>
    private List<IPortServer> OpenServers(DaemonConfiguration configuration, MediumLog log, Action<DaemonFailure> fail, IDescriptorStore store,
        RegionSource regions, Ledger ledger, KeptSockets kept)
    {
        List<IPortServer> servers = [];
        int owned = configuration.Vms.Count + (configuration.Local ? 1 : 0);
        var peerIds = new PeerIds(owned: owned, first: FirstPeerIdOf(configuration));
        if (configuration.Local) // first: it has a port before VMs have taken all
        {
            servers.Add(Keep(new LocalServer(Engine, regions, peerIds, (ushort)owned, ledger.IsTakenOver, TakeRadios, log.Warn,
                reason => fail(new DaemonFailure(reason, DaemonFailure.Environment)))
            { Spoofing = configuration.Spoofing }));
        }
        (var sockets, var vhostUserSockets) = OpenSockets(configuration, kept);
        DescriptorBudget.Check(sockets.Sum(s => s.ConnectionLimit), sockets.Count, vhostUserSockets.Count, log.Warn);
        var server = Keep(new IvshmemServer(Engine, log, regions, sockets, peerIds, ledger, store,
            exception => fail(DaemonFailure.Of("the server that VMs connect to", exception)))
        { FrontEnds = vhostUserSockets.Count });
        servers.Add(server);
        if (configuration.Trunk is not null)
        {
            Snapshots.Trunk = Keep(new TrunkServer(Engine, log, configuration, peerIds, log.Note, log.Warn,
                exception => fail(DaemonFailure.Of("the trunk to other hosts", exception))));
            servers.Add(Snapshots.Trunk);
        }
        var frontEnds = Keep(new VhostUserServer(Engine, log, regions, vhostUserSockets, peerIds, store));
        servers.Add(frontEnds);
        if (ledger.IsTakenOver)
        {
            frontEnds.Resume(ledger);
            server.Resume();
        }
        return servers;
    }

    /// <summary>After the daemon's own; with a trunk, after those of other hosts' VMs.</summary>
    private static int FirstPeerIdOf(DaemonConfiguration configuration) => configuration.Trunk?.FirstVm ?? Handshake.DaemonPeerId + 1;

    private static HwsimRegistration TakeRadios()
    {
        var radios = HwsimRegistration.Find();
        try
        {
            radios.Register();
            return radios;
        }
        catch
        {
            radios.Dispose();
            throw;
        }
    }

    private static (List<VmSocket> Ivshmem, List<VmSocket> VhostUser) OpenSockets(DaemonConfiguration configuration, KeptSockets kept)
    {
        List<VmSocket> sockets = [], vhostUserSockets = [];
        ushort peerId = (ushort)(FirstPeerIdOf(configuration) - 1);
        try
        {
            if (configuration.Socket is { } any)
            {
                var access = SocketAccess.Of(new SocketOwner(Group: configuration.SocketGroup), "socketGroup");
                var listener = kept.Open(any, access);
                sockets.Add(new VmSocket(listener, access, vmName: null, (int)configuration.Geometry.Ports) { Spoofing = configuration.Spoofing });
            }
            foreach (var vm in configuration.Vms)
            {
                var access = SocketAccess.Of(configuration.OwnerOf(vm), $"VM {vm.Name}");
                (vm.IsVhostUser ? vhostUserSockets : sockets).Add(new VmSocket(kept.Open(vm.Socket, access), access, vm.Name)
                {
                    PeerId = ++peerId,
                    MaxRadios = vm.MaxRadios,
                    Addresses = vm.Addresses,
                    Spoofing = vm.Spoofing ?? configuration.Spoofing,
                });
            }
            return (sockets, vhostUserSockets);
        }
        catch
        {
            sockets.ForEach(s => s.Dispose());
            vhostUserSockets.ForEach(s => s.Dispose());
            throw;
        }
    }

    private static SpinBudget SpinBudgetOf(Polling polling) => polling.Mode switch
    {
        PollingMode.Auto => SpinBudget.Auto,
        PollingMode.Off => new SpinBudget(0),
        _ => new SpinBudget((long)polling.Spin.TotalNanoseconds),
    };
}
