using ShmWifi.Dot11.Frames;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>Round trips of two honest stations, everyone asleep, while a third VM keeps the engine at work as hard as it can.</summary>
/// <remarks>It sleeps when its ring is full: what it takes of the cores otherwise is the scheduler's matter, not the daemon's.</remarks>
internal sealed class HostileNeighbour : IRelayMeasurement
{
    private const double MostP50 = 2; // times quiet
    private const double MostP99 = 3;
    private const int Slices = 5; // of a round, in each of which every kind has its turn
    private readonly Cleanup _cleanup = new();
    private readonly SimulatedGuest _guest;
    private readonly RelayEnd _near;
    private readonly int _tripsASlice;
    private readonly Rounds _quietP50 = new();
    private readonly Rounds _quietP99 = new();
    private readonly List<(Harm Harm, TripFigures Figures)> _harms = [];

    /// <summary>Starts daemon and far station.</summary>
    public HostileNeighbour(bool isQuick, CancellationToken cancellation)
    {
        _tripsASlice = isQuick ? 200 : 1000;
        try
        {
            var route = _cleanup.Add(RelayUnderTest.Rings("off", ports: 3, isAcknowledged: false, isolation: "per-vm"));
            _cleanup.Add(route.StartEcho());
            _near = _cleanup.Add(route.Attach(RelayUnderTest.NearStation));
            _guest = _cleanup.Add(SimulatedGuest.Attach(route.Daemon!.Socket, 2));
            route.Daemon.WaitForStations(3);
            foreach (var harm in Enum.GetValues<Harm>())
                _harms.Add((harm, new TripFigures(harm.ToString())));
            RoundTrips.MeasureAsleep(_near, 500, new Latencies(), cancellation); // the compilers' time
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How it keeps the engine at work.</summary>
    private enum Harm
    {
        EmptySlots,
        Addresses,
        Broadcasts,
    }

    /// <inheritdoc/>
    public string Name => "a hostile neighbour";

    /// <inheritdoc/>
    public void RunRound(CancellationToken cancellation)
    {
        var quiet = new Latencies();
        Latencies[] beside = [.. _harms.Select(_ => new Latencies())];
        for (int slice = 0; slice < Slices; slice++)
        {
            RoundTrips.MeasureAsleep(_near, _tripsASlice, quiet, cancellation);
            for (int i = 0; i < _harms.Count; i++)
            {
                using var stop = new CancellationTokenSource();
                var harm = _harms[i].Harm;
                var thread = new Thread(() => DoHarm(harm, stop.Token)) { Name = "hostile", IsBackground = true };
                thread.Start();
                RoundTrips.MeasureAsleep(_near, _tripsASlice, beside[i], cancellation);
                stop.Cancel();
                thread.Join();
            }
        }
        double[] quantiles = quiet.Quantiles(0.5, 0.99);
        _quietP50.Add(quantiles[0]);
        _quietP99.Add(quantiles[1]);
        for (int i = 0; i < _harms.Count; i++)
            _harms[i].Figures.Add(beside[i], quiet);
    }

    /// <inheritdoc/>
    public void Report(Results results)
    {
        results.Add(_quietP50.Tell(RelayGroup.GroupName, "round trip with a quiet neighbour, p50", "ns"));
        results.Add(_quietP99.Tell(RelayGroup.GroupName, "round trip with a quiet neighbour, p99", "ns"));
        foreach (var (harm, figures) in _harms)
        {
            string what = harm switch { Harm.EmptySlots => "empty slots", Harm.Addresses => "addresses", _ => "broadcasts" };
            string figure = $"round trip beside a VM that sends {what}";
            var (p50, p99) = (figures.P50, figures.P99);
            results.Add(p50.Judge(RelayGroup.GroupName, $"{figure}, p50", "ns", $"≤ {MostP50} × quiet", p50.MedianRatio <= MostP50));
            results.Add(p99.Judge(RelayGroup.GroupName, $"{figure}, p99", "ns", $"≤ {MostP99} × quiet", p99.MedianRatio <= MostP99));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cleanup.Dispose();

    private unsafe void DoHarm(Harm harm, CancellationToken stop)
    {
        uint number = 0;
        while (!stop.IsCancellationRequested)
        {
            _guest.Discard();
            for (var slot = _guest.Claim(); slot is not null; slot = _guest.Claim())
                Fill(slot, harm, number++);
            _guest.Flush();
            _guest.WaitForTxSlot();
        }
    }

    private static unsafe void Fill(TxSlotHeader* slot, Harm harm, uint number)
    {
        switch (harm)
        {
            case Harm.EmptySlots:
                *slot = new TxSlotHeader { Kind = RingKind.None };
                break;
            case Harm.Addresses:
                *slot = new TxSlotHeader { Kind = number % 2 == 0 ? RingKind.AddressAdd : RingKind.AddressDel };
                new MacAddress(0x02ee_0000_0000UL + (number / 2 % 32)).CopyTo(new Span<byte>(slot->Address, MacAddress.Length));
                break;
            default:
                *slot = new TxSlotHeader
                {
                    Kind = RingKind.Frame,
                    Flags = (byte)TxFlags.NoAck,
                    Length = RelayFrame.MinLength - 1, // what the stations take no notice of
                    Offset = Abi.SlotHeaderSize,
                    FreqMhz = 2412,
                };
                byte* frame = (byte*)slot + Abi.SlotHeaderSize;
                MacAddress.Broadcast.CopyTo(new Span<byte>(frame + FrameView.Addr1Offset, MacAddress.Length));
                new MacAddress(0x02ee_ffff_ffffUL).CopyTo(new Span<byte>(frame + FrameView.Addr2Offset, MacAddress.Length));
                break;
        }
    }
}
