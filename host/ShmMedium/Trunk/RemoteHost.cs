using System.Buffers.Binary;
using ShmWifi.Hwsim.Clock;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Ports;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Trunk;

/// <summary>Another host of the medium: its VMs here, what is sent to it, and what comes from it.</summary>
/// <remarks>Known for as long as the daemon runs, so that numbers of messages go on; its VMs are here while it says that it has them.
/// A thread of its own sends, so that a host that is slow keeps no other waiting.</remarks>
internal sealed class RemoteHost : IDisposable
{
    private const int ClockPayload = 2 * sizeof(long);

    private readonly ITrunkLink _link;
    private readonly string _subject;
    private readonly TimeSpan _staleAfter;
    private readonly Lock _gate = new(); // the table, the clock and what comes in
    private readonly Lock _sending = new(); // held while the rings of its VMs are drained
    private readonly Dictionary<uint, (RemoteVm Vm, ushort Number)> _senders = []; // by their host's numbers
    private readonly EventFd _call = new();
    private readonly StopSignal _stop = new();
    private readonly Thread _thread;
    private readonly FrameBatchWriter _batch = new();
    private readonly ClockFilter _clock = new();
    private ClockEstimate? _estimate;
    private int _clockAnswers;
    private RemoteVm[] _vms = [];
    private ulong _session; // of the latest run of the daemon
    private ulong _sent; // messages with frames
    private ulong _received; // the latest of theirs

    /// <summary>One that has said nothing yet.</summary>
    public RemoteHost(string name, ITrunkLink link, TrunkSubjects subjects, TimeSpan staleAfter)
    {
        (Name, _link, _subject, _staleAfter) = (name, link, subjects.To(name), staleAfter);
        _thread = new Thread(Run) { Name = $"trunk-{name}", IsBackground = true };
        _thread.Start();
    }

    /// <summary>As it calls itself.</summary>
    public string Name { get; }

    /// <summary>What it said last; null: it has gone.</summary>
    public HostTable? Table { get; private set; }

    /// <summary>When it said it, CLOCK_MONOTONIC, ns.</summary>
    public long HeardAtNs { get; private set; }

    /// <summary>What passed.</summary>
    public TrunkHostCounters Counters { get; } = new();

    /// <summary>Its CLOCK_MONOTONIC minus this host's, with the bound of the error, ns; null: not known yet.</summary>
    public (long OffsetNs, long ErrorNs)? Clock
    {
        get
        {
            lock (_gate)
                return _estimate is { } known ? (known.OffsetNs, known.ErrorNs) : null;
        }
    }

    /// <summary>Whether its clock is known as well as a few exchanges can tell.</summary>
    public bool IsClockKnown => Volatile.Read(ref _clockAnswers) >= ClockFilter.Window;

    /// <summary>Its VMs that have a port here.</summary>
    public IReadOnlyList<string> Vms => [.. Volatile.Read(ref _vms).Select(vm => vm.Entry.Name)];

    /// <summary>It has these VMs and radios from now on.</summary>
    /// <param name="attach">Gives a VM a port; null: it gets none, and the operator knows why.</param>
    /// <returns>False: it is of an earlier run of the daemon, and was not heeded.</returns>
    public bool Update(HostTable table, Func<VmEntry, EventFd, RemoteVm?> attach)
    {
        lock (_gate)
        {
            if (Table is not null && table.Session < _session)
            {
                Counters.Replayed++;
                return false;
            }
            if (table.Session != _session)
            {
                (_session, _received, _estimate, _clockAnswers) = (table.Session, 0, null, 0); // its machine may be another
                RemoveVms(_ => true);
            }
            (Table, HeardAtNs) = (table, MonotonicClock.NowNs);
            RemoveVms(known => !table.Vms.Any(entry => entry.Name == known.Entry.Name && entry.PeerId == known.Entry.PeerId));
            _senders.Clear();
            foreach (var entry in table.Vms)
            {
                var vm = Array.Find(_vms, known => known.Entry.Name == entry.Name);
                if (vm is null && attach(entry, _call) is { } attached)
                {
                    vm = attached;
                    lock (_sending)
                        _vms = [.. _vms, attached];
                    _call.Signal();
                }
                if (vm is null)
                    continue;
                vm.Update(entry);
                foreach (var radio in entry.Radios)
                    _senders[(uint)radio.Id] = (vm, radio.Number);
            }
            return true;
        }
    }

    /// <summary>It has gone, and its radios with it.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            Table = null;
            _senders.Clear();
            RemoveVms(_ => true);
        }
    }

    /// <summary>Asks for its clock.</summary>
    public void AskForClock()
    {
        byte[] request = new byte[TrunkHeader.Size];
        new TrunkHeader(TrunkMessageKind.ClockRequest, 0, _link.Session, 0, MonotonicClock.NowNs).Write(request);
        _link.Post(_subject, request);
    }

    /// <summary>Takes a message of it.</summary>
    /// <param name="message">From a network: anything.</param>
    public void Receive(ReadOnlySpan<byte> message)
    {
        long nowNs = MonotonicClock.NowNs;
        lock (_gate)
        {
            if (!TrunkHeader.TryRead(message, out var header))
                Counters.Malformed++;
            else if (header.Session != Table?.Session)
                Counters.Replayed++;
            else if (header.Kind == TrunkMessageKind.Frames)
                ReceiveFrames(in header, message[TrunkHeader.Size..], nowNs);
            else if (header.Kind == TrunkMessageKind.ClockRequest)
                AnswerClock(header.SentNs, nowNs);
            else
                LearnClock(in header, message[TrunkHeader.Size..], nowNs);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Stop();
        _thread.Join();
        Leave();
        _stop.Dispose();
        _call.Dispose();
    }

    private void ReceiveFrames(in TrunkHeader header, ReadOnlySpan<byte> rest, long nowNs)
    {
        if (header.Sequence <= _received)
        {
            Counters.Replayed++;
            return;
        }
        if (_received != 0)
            Counters.Lost += (long)(header.Sequence - _received - 1);
        _received = header.Sequence;
        Counters.MessagesReceived++;
        Counters.BytesReceived += TrunkHeader.Size + rest.Length;
        if (ToOwn(header.SentNs, nowNs) is { } sentNs && nowNs - sentNs > (long)_staleAfter.TotalNanoseconds + _estimate!.Value.ErrorNs)
        {
            Counters.Stale += header.Count;
            return;
        }
        for (uint i = 0; i < header.Count; i++)
        {
            if (!FrameRecord.TryTake(ref rest, out var record))
            {
                Counters.Malformed++;
                return;
            }
            Counters.FramesReceived++;
            if (!_senders.TryGetValue(record.Sender, out var sender))
                Counters.Unknown++;
            else if (!sender.Vm.TrySend(sender.Number, in record, record.CapturedNs == 0 ? 0 : (ulong)(ToOwn((long)record.CapturedNs, nowNs) ?? 0)))
                Counters.NoRoom++;
        }
    }

    /// <summary>A time of its clock in this host's; null: its clock is not known.</summary>
    private long? ToOwn(long theirsNs, long nowNs) => _estimate is { } known ? theirsNs - (known.ToHost(nowNs) - nowNs) : null;

    private void AnswerClock(long askedNs, long takenNs)
    {
        byte[] reply = new byte[TrunkHeader.Size + ClockPayload];
        BinaryPrimitives.WriteInt64LittleEndian(reply.AsSpan(TrunkHeader.Size), askedNs);
        BinaryPrimitives.WriteInt64LittleEndian(reply.AsSpan(TrunkHeader.Size + sizeof(long)), takenNs);
        new TrunkHeader(TrunkMessageKind.ClockReply, 0, _link.Session, 0, MonotonicClock.NowNs).Write(reply);
        _link.Post(_subject, reply);
    }

    private void LearnClock(in TrunkHeader header, ReadOnlySpan<byte> payload, long nowNs)
    {
        if (payload.Length != ClockPayload)
        {
            Counters.Malformed++;
            return;
        }
        long askedNs = BinaryPrimitives.ReadInt64LittleEndian(payload);
        long takenNs = BinaryPrimitives.ReadInt64LittleEndian(payload[sizeof(long)..]);
        if (ClockSample.TryMake(askedNs, takenNs, header.SentNs, nowNs, out var sample) && (_estimate is null || sample.AtNs > _estimate.Value.AtNs))
        {
            _estimate = _clock.Add(sample);
            _clockAnswers++;
        }
    }

    private void RemoveVms(Predicate<RemoteVm> isGone)
    {
        var gone = Array.FindAll(_vms, isGone);
        if (gone.Length == 0)
            return;
        lock (_sending)
            _vms = [.. _vms.Except(gone)];
        foreach (var vm in gone)
            vm.Dispose();
    }

    private void Run()
    {
        FrameSender send = Add;
        Span<pollfd> watched = stackalloc pollfd[2];
        while (!_stop.IsStopWanted)
        {
            lock (_sending)
            {
                bool any = false;
                foreach (var vm in _vms)
                    any |= vm.Drain(send);
                Flush(); // at once: while the link takes it, the next batch grows
                if (any || !Array.TrueForAll(_vms, vm => vm.TryArm()))
                    continue;
            }
            watched[0] = new pollfd { fd = _stop.Descriptor, events = POLLIN };
            watched[1] = new pollfd { fd = _call.Descriptor, events = POLLIN };
            _ = Poll.WaitForAny(watched, Timeout.InfiniteTimeSpan);
            _ = _call.Drain();
        }
    }

    private bool Add(ReadOnlySpan<byte> frame, in RxDescriptor descriptor, in DecidedReception reception, bool isSame)
    {
        if (!_link.IsUp || frame.Length > FrameRecord.MaxFrame)
        {
            Counters.NotSent++;
            return false;
        }
        if (isSame && _batch.TryAddReception(in reception))
            return true;
        if (_batch.IsFull)
            Flush();
        _batch.Add(frame, (uint)descriptor.Cookie, descriptor.FreqMhz, descriptor.CapturedNs, in reception);
        return true;
    }

    private void Flush()
    {
        if (_batch.Count == 0)
            return;
        var message = _batch.Finish(_link.Session, ++_sent, MonotonicClock.NowNs);
        if (_link.TrySend(_subject, message))
        {
            Counters.MessagesSent++;
            Counters.FramesSent += _batch.Count;
            Counters.BytesSent += message.Length;
        }
        else
        {
            Counters.NotSent += _batch.Count;
        }
        _batch.Clear();
    }
}
