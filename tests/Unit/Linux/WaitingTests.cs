using System.Diagnostics;
using System.Runtime.InteropServices;
using ShmWifi.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Unit.Linux;

/// <summary>Epoll and Poll, and what signals do to whoever sleeps in them.</summary>
public class WaitingTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Test]
    public void EpollTellsWhoWasSignalledByItsData()
    {
        using var epoll = new Epoll();
        using EventFd first = new(), second = new();
        epoll.Add(first.Descriptor, EPOLLIN, data: 1);
        epoll.Add(second.Descriptor, EPOLLIN, data: ulong.MaxValue);
        Span<epoll_event> events = stackalloc epoll_event[4];
        Assert.That(epoll.Wait(events, timeoutNs: 0), Is.Zero);

        second.Signal();

        Assert.That(epoll.Wait(events, timeoutNs: -1), Is.EqualTo(1));
        Assert.That((events[0].data.u64, events[0].events), Is.EqualTo((ulong.MaxValue, EPOLLIN)));
        first.Signal();
        Assert.That(epoll.Wait(events, timeoutNs: -1), Is.EqualTo(2));
        Assert.That(epoll.Wait(events[..1], timeoutNs: -1), Is.EqualTo(1), "as much as fits");
    }

    [Test]
    public void ByLevelItComesBackUntilItIsDrainedAndByEdgeOnceASignal()
    {
        using var epoll = new Epoll();
        using EventFd level = new(), edge = new();
        epoll.Add(level.Descriptor, EPOLLIN, data: 1);
        epoll.Add(edge.Descriptor, EPOLLIN | EPOLLET, data: 2);
        level.Signal();
        edge.Signal();
        Span<epoll_event> events = stackalloc epoll_event[4];
        Assert.That(epoll.Wait(events, timeoutNs: 0), Is.EqualTo(2));

        Assert.That(epoll.Wait(events, timeoutNs: 0), Is.EqualTo(1));
        Assert.That(events[0].data.u64, Is.EqualTo(1), "the level");
        _ = level.Drain();
        Assert.That(epoll.Wait(events, timeoutNs: 0), Is.Zero);
        edge.Signal();
        Assert.That(epoll.Wait(events, timeoutNs: 0), Is.EqualTo(1), "an edge though nobody read the first");
    }

    [Test]
    public void WhatWasRemovedIsSeenNoMore()
    {
        using var epoll = new Epoll();
        using var fd = new EventFd();
        epoll.Add(fd.Descriptor, EPOLLIN, data: 1);
        Assert.That(() => epoll.Add(fd.Descriptor, EPOLLIN, data: 2), Throws.TypeOf<LibCException>(), "it is watched already");
        fd.Signal();

        epoll.Remove(fd.Descriptor);
        epoll.Remove(fd.Descriptor);

        Span<epoll_event> events = stackalloc epoll_event[1];
        Assert.That(epoll.Wait(events, timeoutNs: 0), Is.Zero);
    }

    [Test]
    public void ATimeoutIsToTheNanosecondAndNeverEarly()
    {
        using var epoll = new Epoll();
        Span<epoll_event> events = stackalloc epoll_event[1];
        long shortest = long.MaxValue;
        for (int i = 0; i < 500 && shortest >= 1_000_000; i++) // this machine may be busy
        {
            long start = MonotonicClock.NowNs;
            Assert.That(epoll.Wait(events, timeoutNs: 300_000), Is.Zero);
            shortest = Math.Min(shortest, MonotonicClock.NowNs - start);
        }
        Assert.That(shortest, Is.InRange(300_000, 999_999), "less than the millisecond of epoll_wait");
    }

    [Test]
    public void PollTellsWhatHappenedToWhom()
    {
        using EventFd first = new(), second = new();
        Span<pollfd> both = [new() { fd = first.Descriptor, events = POLLIN }, new() { fd = second.Descriptor, events = POLLIN }];
        Assert.That(Poll.WaitForAny(both, TimeSpan.Zero), Is.Zero);

        second.Signal();

        Assert.That(Poll.WaitForAny(both, Timeout.InfiniteTimeSpan), Is.EqualTo(1));
        Assert.That((both[0].revents, both[1].revents), Is.EqualTo(((short)0, POLLIN)));
        Assert.That(Poll.WaitFor(first.Descriptor, POLLIN, TimeSpan.Zero), Is.False);
        Assert.That(Poll.WaitFor(second.Descriptor, POLLIN, TimeSpan.Zero), Is.True);
    }

    [Test]
    public unsafe void SignalsInterruptWhoeverCallsPollHimself()
    {
        using var never = new EventFd();
        using var signals = new SignalsToThisThread();
        var watched = new pollfd { fd = never.Descriptor, events = POLLIN };
        Assert.That(poll(&watched, 1, (int)Long.TotalMilliseconds), Is.EqualTo(-1), "the control: so the signals of the tests below do interrupt");
    }

    [Test]
    public void SignalsEndNoWaitBeforeItsTime([Values] bool byEpoll)
    {
        using var never = new EventFd();
        using var signals = new SignalsToThisThread();
        var clock = Stopwatch.StartNew();
        Assert.That(Wait(never, Short, byEpoll), Is.False);
        Assert.That(clock.Elapsed, Is.GreaterThanOrEqualTo(Short));
        Assert.That(signals.Count, Is.GreaterThan(1));
    }

    [Test]
    public void SignalsHideNothingThatHappens([Values] bool byEpoll)
    {
        using var fd = new EventFd();
        using var signals = new SignalsToThisThread();
        using var later = new Timer(_ => fd.Signal(), null, Short, Timeout.InfiniteTimeSpan);
        Assert.That(Wait(fd, byEpoll ? Long : Timeout.InfiniteTimeSpan, byEpoll), Is.True);
        Assert.That(signals.Count, Is.GreaterThan(1));
    }

    private static bool Wait(EventFd fd, TimeSpan timeout, bool byEpoll)
    {
        if (!byEpoll)
            return Poll.WaitFor(fd.Descriptor, POLLIN, timeout);
        using var epoll = new Epoll();
        epoll.Add(fd.Descriptor, EPOLLIN, data: 0);
        Span<epoll_event> events = stackalloc epoll_event[1];
        return epoll.Wait(events, (long)timeout.TotalNanoseconds) == 1;
    }

    /// <summary>Sends the thread that made it a signal every 10 ms, for which the process has a handler.</summary>
    private sealed class SignalsToThisThread : IDisposable
    {
        private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);
        private readonly PosixSignalRegistration _handler =
            PosixSignalRegistration.Create(PosixSignal.SIGWINCH, static context => context.Cancel = true);
        private readonly int _thread = ShmWifi.Linux.LibC.gettid();
        private readonly Timer _timer;
        private int _count;

        public SignalsToThisThread() => _timer = new Timer(_ => Send(), null, Interval, Interval);

        public int Count => Volatile.Read(ref _count);

        public void Dispose()
        {
            _timer.Dispose();
            _handler.Dispose();
        }

        private void Send()
        {
            if (tgkill(Environment.ProcessId, _thread, SIGWINCH) == 0)
                Interlocked.Increment(ref _count);
        }

        [DllImport("libc")]
        private static extern int tgkill(int process, int thread, int signal);
    }
}
