using Microsoft.Coyote.Runtime;
using Microsoft.Coyote.Specifications;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Delivery;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Ports;
using Settings = Microsoft.Coyote.Configuration;
using TestingEngine = Microsoft.Coyote.SystematicTesting.TestingEngine;
using TestReport = Microsoft.Coyote.SystematicTesting.TestReport;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>A tap's claim-and-move protocol under thousands of schedules of its two
/// threads, which Coyote picks at each access of a shared word.</summary>
/// <remarks>Decision 0005. Schedules are sequentially consistent: what a processor reorders is the litmus tests' matter.</remarks>
public sealed class TapScheduleTests
{
    /// <summary>How Coyote picks the thread that goes on.</summary>
    public enum Strategy
    {
        /// <summary>Any, at each step.</summary>
        Random,

        /// <summary>The one with priority, which changes at some steps.</summary>
        Prioritized,
    }

    /// <param name="waiting">Frames in the ring when the reader comes: with 253 it is full in most schedules.</param>
    /// <param name="isClosed">The reader closes the tap in the end, with frames in it.</param>
    [Test]
    public void AFrameIsReadOnceAndWholeOrCountedAsLostAndNoSlotIsHeldForEver(
        [Values] Strategy strategy, [Values(0, 253)] int waiting, [Values] bool isClosed)
    {
        var report = Explore<ScheduledAccess>(strategy, 1000, waiting, isClosed);
        Assert.That(report.NumOfFoundBugs, Is.Zero, string.Join('\n', report.BugReports));
        Assert.That(report.NumOfExploredFairPaths + report.NumOfExploredUnfairPaths, Is.EqualTo(1000));
    }

    /// <summary>Control: without the exchange the reader copies what the engine has given back already.</summary>
    [Test]
    public void AClaimWithoutAnExchangeIsFound([Values] Strategy strategy) =>
        Assert.That(
            Explore<AccessWithoutExchange>(strategy, 5000, waiting: 0, isClosed: false).BugReports.Single(),
            Does.Contain("is torn").Or.Contain("slots are held").Or.Contain("waits forever"));

    private static TestReport Explore<TAccess>(Strategy strategy, uint schedules, int waiting, bool isClosed)
        where TAccess : IWordAccess
    {
        using var memory = new RegionMemory(new RegionGeometry(Ports: 1, TxSlots: 16, RxDescriptors: 16, PoolSlots: 16));
        using var doorbell = new EventFd();
        var region = new RegionLease(memory.Memory, memory.Region, isShared: true, portLimit: (int)memory.Region.Geometry.Ports);
        var offer = new PortOffer { Name = "vm", PeerId = 5, Addresses = AddressPolicy.Unlimited, Region = region, Call = doorbell, Kick = doorbell };
        using var ledger = Ledger.Create(ports: 1);
        var rings = region.Attach(id: 0, offer.PeerId, offer.Name);
        var settings = Settings.Create().WithTestingIterations(schedules).WithMaxSchedulingSteps(100_000).WithTelemetryEnabled(false);
        settings = strategy == Strategy.Random ? settings.WithRandomStrategy() : settings.WithPrioritizationStrategy();
        using var engine = TestingEngine.Create(settings, (ICoyoteRuntime runtime) =>
        {
            using var schedule = new TapSchedule<TAccess>(runtime, offer, rings, ledger);
            string? fault = schedule.Run(waiting, isClosed);
            Specification.Assert(fault is null, "{0}", fault);
        });
        engine.Run();
        return engine.TestReport;
    }

    /// <summary>Another thread may come before and after each access.</summary>
    private readonly struct ScheduledAccess : IWordAccess
    {
        private static uint _writes;

        [ThreadStatic]
        private static uint _seenWrites;

        [ThreadStatic]
        private static bool _isAlone;

        /// <summary>This thread is the only one: nothing is to be picked.</summary>
        public static void Alone(Action action)
        {
            _isAlone = true;
            action();
            _isAlone = false;
        }

        public static uint Read(ref uint word)
        {
            Interleave();
            uint value = word;
            _seenWrites = _writes;
            Interleave();
            return value;
        }

        public static void Write(ref uint word, uint value)
        {
            Interleave();
            word = value;
            _writes++;
            Interleave();
        }

        public static uint CompareExchange(ref uint word, uint value, uint comparand)
        {
            Interleave();
            uint before = word;
            if (before == comparand)
            {
                word = value;
                _writes++;
            }
            Interleave();
            return before;
        }

        /// <exception cref="ThreadInterruptedException">The schedule has ended: there is no other thread to wait for.</exception>
        public static void SpinOnce(ref SpinWait wait)
        {
            uint seen = _seenWrites;
            Operation.PauseUntil(() => _writes != seen);
            if (_writes == seen)
                throw new ThreadInterruptedException();
        }

        public static void Interleave()
        {
            if (!_isAlone)
                SchedulingPoint.Interleave();
        }
    }

    private readonly struct AccessWithoutExchange : IWordAccess
    {
        public static uint Read(ref uint word) => ScheduledAccess.Read(ref word);

        public static void Write(ref uint word, uint value) => ScheduledAccess.Write(ref word, value);

        public static uint CompareExchange(ref uint word, uint value, uint comparand)
        {
            ScheduledAccess.Interleave();
            uint before = word;
            if (before == comparand)
                ScheduledAccess.Write(ref word, value);
            return before;
        }

        public static void SpinOnce(ref SpinWait wait) => ScheduledAccess.SpinOnce(ref wait);
    }

    /// <summary>One schedule: the engine's thread with a sender that writes its slots again as soon as it may, and a reader.</summary>
    private sealed unsafe class TapSchedule<TAccess>(ICoyoteRuntime runtime, PortOffer offer, HostPort rings, Ledger ledger) : IDisposable
        where TAccess : IWordAccess
    {
        private const int Offers = 6;
        private const int Takes = 5;
        private const int SlotsInUse = 2; // fewer than offers, so that a slot is soon written again
        private const int Length = 48;

        private readonly FrameTap<TAccess> _tap = new();
        private readonly Port _port = new(0, offer, rings, ledger.Port(0));
        private readonly byte[] _copy = new byte[Length];
        private int _offered;
        private int _read;
        private long _latest = -1;

        private string? _fault;

        /// <summary>Returns what was wrong, if anything.</summary>
        public string? Run(int waiting, bool isClosed)
        {
            var radio = new Radio(_port, 0, default, id: 0, new(0, "vm", 0));
            ScheduledAccess.Alone(() =>
            {
                for (int i = 0; i < waiting; i++)
                    Offer(radio);
            });

            ulong reading = Operation.CreateNext()!.Value;
            var reader = new Thread(() =>
            {
                Operation.OnStarted(reading);
                Read(isClosed);
                Operation.OnCompleted();
                Operation.ScheduleNext();
            });
            Operation.Start(reading);
            reader.Start();
            try
            {
                for (int i = 0; i < Offers; i++)
                {
                    if (runtime.RandomBoolean())
                        _tap.Reclaim();
                    Offer(radio);
                }
                Operation.PauseUntilCompleted(reading);
            }
            finally
            {
                reader.Join(); // before its memory goes
            }

            ScheduledAccess.Alone(() => End(isClosed));
            return _fault;
        }

        public void Dispose() => _tap.Dispose();

        private void Read(bool isClosed)
        {
            try
            {
                for (int i = 0; i < Takes; i++)
                    Take();
                if (isClosed)
                    _tap.IsClosed = true;
            }
            catch (ThreadInterruptedException)
            {
                _fault ??= "the reader waits forever";
            }
        }

        private void Offer(Radio radio)
        {
            uint slot = (uint)_offered % SlotsInUse;
            if (!_port.IsUnheld(slot))
                _tap.MoveFrom(_port);
            if (!_port.IsUnheld(slot))
                return; // the reader copies it at this moment; a sender waits then
            byte* payload = (byte*)rings.TxSlot(slot) + Abi.SlotHeaderSize;
            new Span<byte>(payload, Length).Fill((byte)_offered);
            var frame = new Frame { Sender = radio, Bytes = payload, Slot = slot, Length = Length, TakenNs = (ulong)_offered };
            _tap.Offer(new TappedFrame(in frame, new Outcome(), new MediumClock()));
            _offered++;
        }

        private void Take()
        {
            if (!_tap.TryTake(_copy, out var frame))
                return;
            _read++;
            if ((long)frame.TakenNs <= _latest)
                _fault ??= $"frame {frame.TakenNs} comes after {_latest}";
            _latest = (long)frame.TakenNs;
            if (_copy.AsSpan().ContainsAnyExcept((byte)frame.TakenNs))
                _fault ??= $"frame {frame.TakenNs} is torn: {Convert.ToHexString(_copy)}";
        }

        private void End(bool isClosed)
        {
            if (isClosed)
            {
                _tap.MoveFrom(_port);
            }
            else
            {
                for (int i = 0; i < _offered; i++)
                    Take();
            }
            _tap.Reclaim();
            if (_port.TappedSlots != 0 || _port.TotalReferences != 0)
                _fault ??= $"{_port.TappedSlots} slots are held, {_port.TotalReferences} times";
            if (!isClosed && _read + _tap.Lost != _offered)
                _fault ??= $"of {_offered} frames {_read} were read and {_tap.Lost} lost";
            if (!isClosed && (_tap.HoldsSlots || _tap.TryTake(_copy, out _)))
                _fault ??= "the tap is not empty";
        }
    }
}
