using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Radios;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Report;
using ShmWifi.Linux;
using ShmWifi.Perf.EndToEnd.Report;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Telemetry;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>1,000 radios of 100 VMs on 20 channels: what a broadcast costs for each radio on its channel, and the daemon's memory.</summary>
/// <remarks>A channel has 50 radios, each of another VM. Every radio sends in turn.</remarks>
internal sealed unsafe class ManyRadios : IRelayMeasurement
{
    private const int Vms = 100;
    private const int RadiosAVm = 10;
    private const int Channels = 20;
    private const int ReceiversAFrame = (Vms * RadiosAVm / Channels) - 1;
    private const int Burst = 32; // frames that one radio sends at a time
    private const int Length = 256;
    private const double MostNs = 100;
    private const double Megabyte = 1e6;
    private const double MostMegabytes = 250;
    private readonly TimeSpan _time;
    private readonly Rounds _ns = new();
    private readonly Rounds _allocated = new();
    private readonly Rounds _megabytes = new();

    /// <summary>Measures for so long.</summary>
    public ManyRadios(bool isQuick) => _time = TimeSpan.FromSeconds(isQuick ? 0.5 : 3);

    /// <inheritdoc/>
    public string Name => "many radios";

    /// <inheritdoc/>
    public void RunRound(CancellationToken cancellation)
    {
        using var daemon = MediumProcess.StartConfigured(
            $"socket: any.sock\npolling: off\ngeometry: {{ ports: {Vms}, txSlots: 256, rxDescriptors: 1024, poolSlots: 256 }}\n");
        using var cleanup = new Cleanup();
        List<SimulatedGuest> guests = [.. Enumerable.Range(0, Vms).Select(_ => cleanup.Add(SimulatedGuest.Attach(daemon.Socket)))];
        for (int vm = 0; vm < Vms; vm++)
        {
            for (ushort radio = 0; radio < RadiosAVm; radio++)
            {
                guests[vm].AddRadio(radio, DefaultAddress.Of(guests[vm].PeerId, radio));
                guests[vm].Tune(radio, FreqMhz(vm, radio));
            }
            _ = guests[vm].Drain();
        }
        _ = Relay(guests, Vms * RadiosAVm * Burst, cancellation); // each radio has sent, and the compilers had their time
        var before = daemon.ReadStatistics();
        long beforeNs = daemon.EngineCpuNs;
        long frames = Relay(guests, long.MaxValue, cancellation);
        _ns.Add((double)(daemon.EngineCpuNs - beforeNs) / (frames * ReceiversAFrame));
        var after = daemon.ReadStatistics();
        _allocated.Add((AllocatedBytes(after) - AllocatedBytes(before)) / frames);
        _megabytes.Add(daemon.ResidentBytes / Megabyte);
    }

    /// <inheritdoc/>
    public void Report(Results results)
    {
        string who = $"{Vms * RadiosAVm} radios of {Vms} VMs on {Channels} channels";
        results.Add(_ns.Judge(RelayGroup.GroupName, $"{who}: a broadcast, for a receiver", "ns", $"≤ {MostNs} ns", _ns.Median <= MostNs));
        results.Add(_allocated.Judge(
            RelayGroup.GroupName, $"{who}: allocation of the engine's loop a frame", "B", "< 0.01 B", _allocated.Median < 0.01));
        results.Add(_megabytes.Judge(
            RelayGroup.GroupName, $"{who}: memory of the daemon without the region", "MB", $"≤ {MostMegabytes} MB",
            _megabytes.Median <= MostMegabytes));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static double AllocatedBytes(MediumSnapshot medium) => Math.Round(medium.Medium.AllocatedBytesPerFrame * medium.Medium.Frames);

    private static uint FreqMhz(int vm, int radio) => 5180 + (20 * (uint)(((vm * RadiosAVm) + radio) % Channels));

    /// <summary>The radios send in turn until the time is over; all VMs take what comes, and give it back.</summary>
    /// <param name="most">Frames at most.</param>
    private long Relay(List<SimulatedGuest> guests, long most, CancellationToken cancellation)
    {
        long sent = 0;
        long received = 0;
        long end = MonotonicClock.NowNs + (long)_time.TotalNanoseconds;
        for (int turn = 0; ; turn = (turn + 1) % (Vms * RadiosAVm))
        {
            cancellation.ThrowIfCancellationRequested();
            if (sent < most && (most != long.MaxValue || MonotonicClock.NowNs < end))
            {
                Send(guests[turn % Vms], turn % Vms, turn / Vms);
                sent += Burst;
            }
            else if (received == sent * ReceiversAFrame)
            {
                return sent;
            }
            do
            {
                foreach (var guest in guests)
                    received += guest.Discard();
                Deadline.Check(end, "relay: frame", sent);
            }
            while ((sent * ReceiversAFrame) - received > Burst * ReceiversAFrame);
        }
    }

    private static void Send(SimulatedGuest guest, int vm, int radio)
    {
        for (int i = 0; i < Burst; i++)
        {
            guest.WaitForTxSlot();
            var slot = guest.Claim();
            *slot = new TxSlotHeader
            {
                Kind = RingKind.Frame,
                Flags = (byte)TxFlags.NoAck,
                Radio = (ushort)radio,
                Length = Length,
                Offset = Abi.SlotHeaderSize,
                FreqMhz = FreqMhz(vm, radio),
            };
            byte* frame = (byte*)slot + Abi.SlotHeaderSize;
            RelayFrame.Write(frame, Length, (uint)i, RelayFrame.Everyone, transmitter: 0);
            DefaultAddress.Of(guest.PeerId, radio).CopyTo(new Span<byte>(frame + FrameView.Addr2Offset, MacAddress.Length));
        }
        guest.Flush();
    }
}
