using ShmWifi.Injector.Air;
using ShmWifi.Injector.Clock;
using ShmWifi.Injector.Radios;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Injector;

/// <summary>The one thread of the service: moves frames both ways, and sleeps when there are none.</summary>
/// <param name="waits">What wakes it.</param>
/// <param name="port">The port.</param>
/// <param name="slots">Its TX slots.</param>
/// <param name="tx">hwsim to host.</param>
/// <param name="rx">Host to hwsim.</param>
/// <param name="host">Whether it takes frames.</param>
/// <param name="radios">What the host is told of.</param>
/// <param name="announcer">Tells it.</param>
/// <param name="discovery">Where radios are found.</param>
/// <param name="clock">The host's clock.</param>
/// <param name="signals">What the operator wants.</param>
/// <param name="statistics">What is counted.</param>
/// <param name="frames">hwsim's registered socket.</param>
/// <param name="answers">How long to look for an answer before sleeping.</param>
internal sealed class InjectorLoop(
    WaitSet waits,
    GuestPort port,
    TxSlots slots,
    TxPath tx,
    RxPath rx,
    HostWatch host,
    RadioTable radios,
    Announcer announcer,
    RadioDiscovery discovery,
    ClockSync clock,
    SignalQueue signals,
    Statistics statistics,
    Netlink.NetlinkSocket frames,
    AnswerTimes answers)
{
    private const long TickNs = 1_000_000_000;
    private const long ClockSpinNs = 300_000;
    private const long LookNs = 20_000; // then others may run

    /// <summary>Runs until it is told to stop.</summary>
    /// <exception cref="InjectorException">The device went away, or the host's words make no sense.</exception>
    public void Run()
    {
        while (!signals.IsStopWanted)
        {
            if (!Pass())
                Sleep();
        }
    }

    /// <summary>Lists the radios anew, and tells the host what changed.</summary>
    public void Discover()
    {
        tx.IsRadioUnknown = false;
        radios.Apply(discovery.List());
        announcer.Pump();
        slots.Publish();
    }

    private bool Pass()
    {
        long nowNs = MonotonicClock.NowNs;
        if (host.Update(nowNs))
            OnHostChanged();

        long allocated = GC.GetAllocatedBytesForCurrentThread();
        bool worked = tx.Pump(host.IsThere);
        if (host.IsThere)
            announcer.Pump();
        slots.Publish();
        if (worked && tx.HasAsked)
            answers.OnAsked(nowNs);
        worked |= Drain();
        if (rx.MayBeAnswered)
        {
            answers.OnHeard(nowNs);
            _ = sched_yield(); // to ksoftirqd, which hands the frame to mac80211: the answer is there when we are back, with less than a sleep
            port.Count(GuestCounter.SystemCalls);
            tx.IsReadable = true;
        }
        statistics.AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocated;

        if (port.Tx.IsBroken || port.Rx.IsBroken)
            throw new InjectorException("the host wrote ring indices that cannot be: is this region served by two daemons? Restart this VM");
        if (tx.IsRadioUnknown && radios.Refused == 0)
            Discover();
        if (host.MayAnswer && nowNs >= clock.DueNs)
            SyncClock(nowNs);
        return worked;
    }

    private bool Drain()
    {
        if (!rx.Drain())
            return false;
        host.OnHeard();
        return true;
    }

    private void OnHostChanged()
    {
        Console.Error.WriteLine(host.IsThere ? "shm-injector: the host is back" : $"shm-injector: the host is away ({host.Reason}); nobody acknowledges until it is back");
        if (host.IsThere)
            radios.StartAnew();
        else
            tx.GiveUp();
    }

    private void SyncClock(long nowNs)
    {
        statistics.CountOverruns(frames.ReadDropCount());
        host.OnAsked(nowNs);
        clock.Ask();
        // An interrupt would make the answer late, and so the clock vague.
        long deadline = MonotonicClock.NowNs + ClockSpinNs;
        while (clock.IsWaiting && MonotonicClock.NowNs < deadline)
        {
            if (!Drain())
                Thread.SpinWait(1);
        }
    }

    /// <summary>Looks at the ring instead of sleeping, and lets others run between two looks.</summary>
    private bool LookForAnswer(long deadlineNs)
    {
        long nowNs = MonotonicClock.NowNs;
        while (nowNs < deadlineNs)
        {
            for (long end = nowNs + LookNs; nowNs < end; nowNs = MonotonicClock.NowNs)
            {
                if (port.Rx.CountReady() > 0)
                    return true;
            }
            _ = sched_yield();
            port.Count(GuestCounter.SystemCalls);
            tx.IsReadable = true;
            if (tx.Pump(host.IsThere))
                return true;
            nowNs = MonotonicClock.NowNs;
        }
        return false;
    }

    private void Sleep()
    {
        if (answers.DeadlineNs is var deadline and not 0 && LookForAnswer(deadline))
            return;
        if (!port.Rx.Arm() || (tx.IsBlocked && !port.Tx.ArmFree()))
            return;

        long timeoutNs = host.MayAnswer ? Math.Clamp(clock.DueNs - MonotonicClock.NowNs, 0, TickNs) : TickNs;
        Wakes wakes = waits.Sleep(timeoutNs);
        port.Count(GuestCounter.SystemCalls);
        port.Count(GuestCounter.Wakeups);
        tx.IsReadable |= (wakes & Wakes.Frames) != Wakes.None;
        if ((wakes & Wakes.Interfaces) != Wakes.None && discovery.DrainEvents())
            Discover();
        if ((wakes & Wakes.Signal) != Wakes.None && signals.TakeReportWish())
            statistics.Print();
    }
}
