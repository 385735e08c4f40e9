using System.Text;
using ShmWifi.Dot11.Frames;
using ShmWifi.Lab;
using ShmWifi.Lab.Processes;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>A real shm-medium, and VMs that are played, all by one thread.</summary>
internal sealed class SimulatedMedium : IDisposable
{
    private const int Window = 64; // frames under way: the engine's batch
    private readonly Cleanup _cleanup = new();
    private readonly Dictionary<string, SimulatedGuest> _vms = [];

    /// <summary>Starts the daemon and attaches the VMs.</summary>
    /// <param name="medium">Sections of the daemon's configuration.</param>
    /// <param name="vms">The VMs' names, and the stations that their radios phy0, phy1, … are.</param>
    public SimulatedMedium(string medium, params IReadOnlyList<(string Name, byte[] Stations)> vms)
    {
        var yaml = new StringBuilder("vms:\n");
        foreach ((string name, _) in vms)
            yaml.AppendLine($"  - {{ name: {name}, socket: {name}.sock }}");
        try
        {
            Daemon = _cleanup.Add(MediumProcess.StartConfigured(yaml.Append(medium).ToString()));
            foreach ((string name, byte[] stations) in vms)
                _vms[name] = _cleanup.Add(SimulatedGuest.Attach(Daemon.PathOf($"{name}.sock"), stations));
            Synchronise();
        }
        catch
        {
            _cleanup.Dispose();
            throw;
        }
    }

    /// <summary>The daemon.</summary>
    public MediumProcess Daemon { get; }

    /// <summary>A VM.</summary>
    public SimulatedGuest this[string name] => _vms[name];

    /// <summary>Takes all that came for all VMs.</summary>
    public bool Take()
    {
        bool any = false;
        foreach (var vm in _vms.Values)
            any |= vm.CountReceived();
        return any;
    }

    /// <summary>Waits until the daemon has processed all that the VMs gave it, and takes all that came of it.</summary>
    public void Synchronise()
    {
        foreach (var vm in _vms.Values)
            vm.Synchronise();
        _ = Take();
    }

    /// <summary>Sends frames and waits until it is known the outcome of each.</summary>
    /// <param name="shape">How; acknowledged.</param>
    /// <exception cref="LabException">Nothing came for 10 s.</exception>
    public void Send(SimulatedGuest vm, SimulatedRadio radio, byte receiver, FrameShape shape, int count, CancellationToken cancellation)
    {
        long first = radio.Sent;
        long lastNs = MonotonicClock.NowNs;
        while (radio.Statuses < first + count)
        {
            cancellation.ThrowIfCancellationRequested();
            while (radio.Sent < first + count && radio.Sent - radio.Statuses < Window && radio.TrySend(receiver, shape))
            {
            }
            vm.Flush();
            if (Take())
            {
                lastNs = MonotonicClock.NowNs;
                continue;
            }
            Deadline.Check(lastNs, "frame", radio.Statuses);
            Thread.Yield();
        }
        Synchronise();
    }

    /// <summary>Two VMs' first radios agree on BlockAck for TID 0, one way.</summary>
    /// <param name="bufferSize">MPDUs, below 1024.</param>
    public void AgreeOnBlockAck(string originator, string recipient, int freqMhz, int bufferSize)
    {
        int parameters = 0x2 | (bufferSize << 6); // immediate BlockAck: IEEE 802.11-2020 clause 9.4.1.13
        (byte low, byte high) = ((byte)parameters, (byte)(parameters >> 8));
        SendAction(originator, recipient, freqMhz, [3, 0, 1, low, high, 0, 0, 0, 0]); // ADDBA Request: clause 9.6.4.2
        SendAction(recipient, originator, freqMhz, [3, 1, 1, 0, 0, low, high, 0, 0]);
    }

    private void SendAction(string from, string to, int freqMhz, ReadOnlySpan<byte> body)
    {
        byte[] frame = MediumFrames.Data(AddressOf(to), AddressOf(from), body);
        frame[0] = 0xd0; // Action
        _vms[from].SendFrame(0, frame, freqMhz: (uint)freqMhz);
        while (_vms[from].Receive().Descriptor.Kind != RingKind.TxStatus)
        {
        }
        Synchronise();
    }

    private MacAddress AddressOf(string vm) => RelayFrame.AddressOf(_vms[vm].Radios[0].Station);

    /// <summary>Sends a frame each millisecond; the receiver sleeps on a thread of its own until its doorbell rings, as a guest does.</summary>
    /// <param name="sender">Who sends; acknowledged.</param>
    /// <param name="recipient">Who receives; no other of the VMs gets frames meanwhile.</param>
    /// <returns>How long each frame was under way that arrived.</returns>
    public static FrameLatencies Pace(Sender sender, SimulatedGuest recipient, int frames, CancellationToken cancellation)
    {
        var latencies = new FrameLatencies(frames);
        var radio = recipient.Radios[0];
        radio.Listener = latencies.Add;
        using var done = new CancellationTokenSource();
        var listener = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
            {
                _ = recipient.Sleep(timeoutMs: 20);
                _ = recipient.CountReceived();
            }
        });
        listener.Start();
        try
        {
            for (int i = 0; i < frames; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!sender.Radio.TrySend(sender.Receiver, sender.Shape))
                    throw new LabException("no room for a frame a millisecond: the engine does not take them");
                sender.Vm.Flush();
                Thread.Sleep(1);
                _ = sender.Vm.CountReceived();
            }
            for (long start = MonotonicClock.NowNs; sender.Radio.Statuses < sender.Radio.Sent; _ = sender.Vm.CountReceived())
            {
                Deadline.Check(start, "frame", sender.Radio.Statuses);
                Thread.Sleep(1);
            }
        }
        finally
        {
            done.Cancel();
            listener.Join();
        }
        recipient.Synchronise();
        radio.Listener = null;
        return latencies;
    }

    /// <summary>Keeps the queues of some radios full for a while.</summary>
    /// <param name="senders">Who sends, each to whom, and how; acknowledged.</param>
    /// <param name="time">How long is counted, after queues have filled.</param>
    /// <returns>The outcome of the frame of each sender in that time.</returns>
    /// <exception cref="LabException">Nothing came for 10 s.</exception>
    public IReadOnlyList<Saturation> Saturate(IReadOnlyList<Sender> senders, TimeSpan time, CancellationToken cancellation)
    {
        const int QueueLength = 200; // frames of a radio under way, as of hwsim's: enough for when we do not run for a while
        long rampNs = MonotonicClock.NowNs + 500_000_000;
        long lastNs = MonotonicClock.NowNs;
        Saturation[]? before = null;
        long startNs = 0;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var sender in senders)
            {
                while (sender.Radio.Sent - sender.Radio.Statuses < QueueLength && sender.Radio.TrySend(sender.Receiver, sender.Shape))
                {
                }
                sender.Vm.Flush();
            }
            long now = MonotonicClock.NowNs;
            if (Take())
                lastNs = now;
            else
                Thread.Sleep(0);
            Deadline.Check(lastNs, "frame", senders[0].Radio.Statuses);
            if (before is null && now > rampNs)
            {
                before = [.. senders.Select(sender => Saturation.Read(sender.Radio, seconds: 0))];
                startNs = now;
            }
            else if (before is not null && now - startNs > time.Ticks * TimeSpan.NanosecondsPerTick)
            {
                Saturation[] counts = [.. senders.Select((sender, i) => Saturation.Read(sender.Radio, (now - startNs) / 1e9).Since(before[i]))];
                Drain(senders, cancellation);
                return counts;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cleanup.Dispose();

    private void Drain(IReadOnlyList<Sender> senders, CancellationToken cancellation)
    {
        long lastNs = MonotonicClock.NowNs;
        while (senders.Any(sender => sender.Radio.Statuses < sender.Radio.Sent))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Take())
                lastNs = MonotonicClock.NowNs;
            else
                Thread.Sleep(0);
            Deadline.Check(lastNs, "frame", senders[0].Radio.Statuses);
        }
        Synchronise();
    }
}
