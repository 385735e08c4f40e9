using NATS.Client.Core;
using ShmWifi.Configuration;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Trunk;

/// <summary>Joins this daemon's medium with those of other hosts, by a NATS server: docs/trunk.md, docs/decisions/0027.</summary>
/// <remarks>A server that is away keeps nobody from starting; it is asked for until it is there.</remarks>
internal sealed class TrunkServer : IPortServer, ITrunkLink
{
    private const int MaxHosts = 64; // more would be strangers
    private const int PendingMessages = 1024; // that this host has not read; the newest are dropped then, and counted as lost
    private const int LooksADecisecond = 10;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly MediumEngine _engine;
    private readonly IMediumLog _mediumLog;
    private readonly Action<string> _warn;
    private readonly Action<Exception> _failed;
    private readonly TrunkConfiguration _configuration;
    private readonly DaemonConfiguration _daemon;
    private readonly RegionSource _regions;
    private readonly PeerIds _peerIds;
    private readonly TrunkSubjects _subjects;
    private readonly NatsConnection _connection;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RemoteHost> _hosts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal); // what was warned of
    private readonly List<Task> _tasks = [];
    private volatile SaidMedium? _said;
    private volatile bool _isNewHost; // it waits for this one's table

    /// <summary>One that is not connected yet.</summary>
    /// <param name="daemon">With <c>trunk</c>.</param>
    /// <param name="note">Takes what other hosts change.</param>
    /// <param name="warn">Takes what the operator should know.</param>
    /// <param name="failed">Told what ended it.</param>
    /// <exception cref="IOException">The credentials cannot be read.</exception>
    public TrunkServer(MediumEngine engine, IMediumLog mediumLog, DaemonConfiguration daemon, PeerIds peerIds, Action<string> note,
        Action<string> warn, Action<Exception> failed)
    {
        (_engine, _mediumLog, _daemon, _peerIds, _warn, _failed) = (engine, mediumLog, daemon, peerIds, warn, failed);
        _configuration = daemon.Trunk!;
        _regions = new PerVmRegionSource(daemon.Geometry); // no guest may see these, whatever 'isolation' says
        _subjects = new TrunkSubjects(_configuration.Medium, _configuration.Host);
        _connection = new NatsConnection(TrunkConnection.OptionsOf(_configuration));
        Medium = new SharedMedium(engine, new MediumStream(_connection, _subjects), () => IsUp, IsMediumElsewhere, _configuration.Url.ToString(),
            note, WarnOnce);
    }

    /// <summary>What changes the medium on all hosts.</summary>
    public SharedMedium Medium { get; }

    /// <inheritdoc/>
    public ulong Session { get; } = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(); // of a later run greater

    /// <inheritdoc/>
    public bool IsUp => _connection.ConnectionState == NatsConnectionState.Open;

    /// <summary>The trunk as it is now.</summary>
    public TrunkStatus Status
    {
        get
        {
            RemoteHost[] hosts;
            lock (_gate)
                hosts = [.. _hosts.Values.OrderBy(h => h.Name, StringComparer.Ordinal)];
            return new TrunkStatus(_configuration.Medium, _configuration.Host, _configuration.Url.ToString(), IsUp, Medium.Current.Number,
                Medium.Problem, _engine.Counters.Disagreements, [.. hosts.Select(h => TrunkHostStatus.Of(h, _said?.Hash))]);
        }
    }

    /// <inheritdoc/>
    public void Start()
    {
        _tasks.Add(Task.Run(() => RunAsync(() => ListenAsync(_subjects.AllStates, OnState))));
        _tasks.Add(Task.Run(() => RunAsync(() => ListenAsync(_subjects.Inbox, OnMessage))));
        _tasks.Add(Task.Run(() => RunAsync(PublishStatesAsync)));
        _tasks.Add(Task.Run(() => RunAsync(() => Medium.RunAsync(_stop.Token))));
    }

    /// <inheritdoc/>
    public bool TrySend(string subject, ReadOnlyMemory<byte> message)
    {
        if (!IsUp)
            return false;
        try
        {
            Publish(subject, message).AsTask().GetAwaiter().GetResult();
            return true;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException) // whatever it is: the thread that sends is to go on
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Post(string subject, byte[] message)
    {
        if (IsUp)
            _ = PostAsync(subject, message);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _connection.DisposeAsync().AsTask().GetAwaiter().GetResult(); // first: who waits for the server waits no more
        Task.WaitAll([.. _tasks]);
        foreach (var host in _hosts.Values)
            host.Dispose();
        Medium.Dispose();
        _regions.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The daemon ends, or its engine has.
        }
        catch (Exception exception) // whatever it is: a host that is half on the medium must not live on
        {
            _failed(exception);
        }
    }

    /// <remarks>Frames go the way that tables went before: a first one that waited for the compiler would be stale.</remarks>
    private ValueTask Publish(string subject, ReadOnlyMemory<byte> message) =>
        _connection.PublishAsync(subject, message, serializer: NatsRawSerializer<ReadOnlyMemory<byte>>.Default, cancellationToken: _stop.Token);

    private async Task PostAsync(string subject, byte[] message)
    {
        try
        {
            await Publish(subject, message).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The next one tells the same.
        }
    }

    /// <summary>Takes messages until the end.</summary>
    private async Task ListenAsync(string subject, Action<string, ReadOnlyMemory<byte>> take)
    {
        var options = new NatsSubOpts { ChannelOpts = new NatsSubChannelOpts { Capacity = PendingMessages } };
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var message in _connection.SubscribeAsync(subject, serializer: NatsRawSerializer<NatsMemoryOwner<byte>>.Default,
                    opts: options, cancellationToken: _stop.Token).ConfigureAwait(false))
                {
                    using var owner = message.Data;
                    take(TrunkSubjects.SenderOf(message.Subject), owner.Memory);
                }
            }
            catch (Exception exception) when (exception is NatsException or IOException or ObjectDisposedException)
            {
                if (!_stop.IsCancellationRequested)
                    WarnOnce($"trunk: {_configuration.Url}: {exception.Message} (tried again each second)");
            }
            await Task.Delay(s_retry, _stop.Token).ConfigureAwait(false);
        }
    }

    private void OnMessage(string from, ReadOnlyMemory<byte> message)
    {
        RemoteHost? host;
        lock (_gate)
            host = _hosts.GetValueOrDefault(from);
        host?.Receive(message.Span);
    }

    private void OnState(string from, ReadOnlyMemory<byte> message)
    {
        if (!TrunkConfiguration.IsToken(from))
            return; // no daemon calls itself so
        if (from == _configuration.Host)
        {
            WarnOnce($"trunk: another daemon calls itself '{from}' on medium '{_configuration.Medium}', and is not heard; give each host its own "
                + "'host'");
            return;
        }
        if (HostTable.TryRead(message.Span, out string problem) is not { } table)
        {
            WarnOnce($"trunk: what host '{from}' says of itself is refused: {problem}");
            return;
        }
        RemoteHost? host;
        lock (_gate)
        {
            if (!_hosts.TryGetValue(from, out host))
            {
                if (_hosts.Count == MaxHosts)
                    return;
                _hosts[from] = host = new RemoteHost(from, this, _subjects, _configuration.StaleAfter);
            }
        }
        if (host.Table is null)
            _isNewHost = true;
        if (table.Revision > Medium.Current.Number)
            Medium.Look();
        if (_said is { } own && (own.Medium.Number != 0 || Medium.IsAlone) && table.Revision == own.Medium.Number && table.Medium != own.Hash)
        {
            WarnOnce($"trunk: host '{from}' has another configuration of the medium, and each host decides on what its own radios send: make them "
                + "the same");
        }
        _ = host.Update(table, (entry, call) => Attach(from, entry, call));
    }

    /// <returns>Null: the VM gets no port; the operator knows why.</returns>
    private RemoteVm? Attach(string host, VmEntry entry, EventFd call)
    {
        int first = _configuration.FirstVm;
        var ports = _engine.Ports;
        string? reason = _daemon.CanAttach(entry.Name) ? "there is a VM of that name here"
            : entry.PeerId >= first && entry.PeerId < first + _daemon.Vms.Count ? $"its number, {entry.PeerId}, is that of a VM here: see 'firstVm'"
            : ports.Any(port => port.Name == entry.Name) ? "another host has a VM of that name"
            : ports.Count >= _daemon.Geometry.Ports ? $"all {_daemon.Geometry.Ports} ports are taken (geometry.ports)"
            : null;
        try
        {
            if (reason is null)
                return RemoteVm.Attach(_engine, _mediumLog, _regions, _peerIds, entry, call);
        }
        catch (IOException exception)
        {
            reason = exception.Message;
        }
        WarnOnce($"trunk: VM '{entry.Name}' of host '{host}' is not on this medium: {reason}");
        return null;
    }

    /// <summary>Says what this host has whenever it changes, and twice a second; lets hosts go that say nothing.</summary>
    private async Task PublishStatesAsync()
    {
        uint version = 0;
        byte[] table = [];
        bool isNews = false, wasUp = false;
        long saidAtNs = 0;
        long upAtNs = MonotonicClock.NowNs;
        for (int looks = 1; ; looks++)
        {
            await Task.Delay(s_look, _stop.Token).ConfigureAwait(false);
            long nowNs = MonotonicClock.NowNs;
            var medium = Medium.Current;
            if (_engine.Radios.Version != version || _said is not { } said || said.Medium.Number != medium.Number
                || !ReferenceEquals(said.Medium.Medium, medium.Medium))
            {
                version = _engine.Radios.Version; // before the table is made: what changes meanwhile is looked for again
                byte[] before = table;
                table = await MakeTableAsync(medium).ConfigureAwait(false);
                isNews |= !table.AsSpan().SequenceEqual(before);
            }
            bool isUp = IsUp;
            if (isUp && !wasUp)
                Medium.Look();
            wasUp = isUp;
            if (isUp)
            {
                upAtNs = nowNs;
                if (isNews || _isNewHost || nowNs - saidAtNs >= (long)s_heartbeat.TotalNanoseconds)
                {
                    isNews = _isNewHost = false;
                    saidAtNs = nowNs;
                    await SayAsync(table).ConfigureAwait(false);
                }
            }
            else if (upAtNs != 0 && nowNs - upAtNs >= (long)s_retry.TotalNanoseconds)
            {
                upAtNs = 0; // told once
                _warn($"trunk: no server answers at {_configuration.Url}: radios of other hosts are not on the medium, or stay for "
                    + $"{_configuration.Grace.TotalSeconds} s; it is asked for until it answers");
            }
            if (looks % LooksADecisecond == 0)
                LookAfterHosts(nowNs, isSecond: looks % (10 * LooksADecisecond) == 0);
        }
    }

    private async Task<byte[]> MakeTableAsync(SharedMedium.Revision medium)
    {
        string hash = _said is { } said && ReferenceEquals(said.Medium.Medium, medium.Medium) ? said.Hash : SavedMedium.HashOf(medium.Medium);
        _said = new SaidMedium(medium, hash);
        var table = await _engine.PostAsync(() => HostTable.Of(_engine.Radios, Session, hash)).ConfigureAwait(false);
        return (table with { Revision = medium.Number }).ToBytes();
    }

    private bool IsMediumElsewhere()
    {
        lock (_gate)
            return _hosts.Values.Any(host => host.Table is { Revision: not 0 });
    }

    private Task SayAsync(byte[] table)
    {
        if (table.Length <= HostTable.MaxSize)
            return PostAsync(_subjects.OwnState, table);
        WarnOnce($"trunk: this host has more radios than one message can name ({HostTable.MaxSize} bytes): other hosts do not know them");
        return Task.CompletedTask;
    }

    private void LookAfterHosts(long nowNs, bool isSecond)
    {
        RemoteHost[] hosts;
        lock (_gate)
            hosts = [.. _hosts.Values.Where(h => h.Table is not null)];
        foreach (var host in hosts)
        {
            if (nowNs - host.HeardAtNs > (long)_configuration.Grace.TotalNanoseconds)
            {
                _warn($"trunk: host '{host.Name}' has said nothing for {_configuration.Grace.TotalSeconds} s; its radios have left");
                host.Leave();
            }
            else if (isSecond || !host.IsClockKnown)
            {
                host.AskForClock();
            }
        }
    }

    private void WarnOnce(string text)
    {
        bool isNew;
        lock (_told)
            isNew = _told.Count < 256 && _told.Add(text); // a bound for a hostile host
        if (isNew)
            _warn(text);
    }

    /// <summary>What the table says of the medium.</summary>
    private sealed record SaidMedium(SharedMedium.Revision Medium, string Hash);
}
