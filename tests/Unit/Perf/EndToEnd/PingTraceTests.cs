using ShmWifi.Lab;
using ShmWifi.Lab.Topologies;
using ShmWifi.Perf.EndToEnd.Vm;

namespace ShmWifi.Tests.Unit.Perf.EndToEnd;

/// <summary>What ftrace of two guests tells of a ping.</summary>
internal class PingTraceTests
{
    private const string Asking = """
                    ping-357     [000] .....    40.001000: sys_enter: NR 44 (3, 5646ec500380, 40, 0, 5646b34d05c0, 10)
                    ping-357     [000] b..1.    40.001100: net_dev_start_xmit: dev=eth0 queue_mapping=0 skbaddr=00000000f4142c36
                    ping-357     [000] b..1.    40.001270: net_dev_start_xmit: dev=wlan0 queue_mapping=0 skbaddr=00000000f4142c36
                    ping-357     [000] b..1.    40.001400: mac80211_hwsim_tx <-ieee80211_handle_wake_tx_queue
                    ping-357     [000] D..5.    40.001700: sched_waking: comm=shm-injector pid=177 prio=120 target_cpu=000
                    ping-357     [000] d..2.    40.001800: sched_switch: prev_comm=ping prev_state=R ==> next_comm=shm-injector next_pid=177
            shm-injector-177     [000] .....    40.001900: sys_enter: NR 999 (0, 0, 0, 0, 0, 0)
                  iperf3-400     [000] .....    40.001950: sys_enter: NR 44 (0, 0, 0, 0, 0, 0)
             ksoftirqd/0-17      [000] ..s..    40.003900: netif_receive_skb: dev=wlan0 skbaddr=000000008a8e45f1 len=84
                    ping-357     [000] .....    40.004000: sys_exit: NR 47 = 84
                    ping-357     [000] .....    40.021000: sys_enter: NR 44 (3, 5646ec500380, 40, 0, 5646b34d05c0, 10)
        """;

    private const string Answering = """
                  <idle>-0       [000] d.h1.    10.002500: irq_handler_entry: irq=26 name=shmwifi
                  <idle>-0       [000] ..s1.    10.002670: shmwifi_poll <-__napi_poll
                  <idle>-0       [000] d.h1.    10.002600: irq_handler_entry: irq=24 name=virtio0-input.0
                  <idle>-0       [000] ..s1.    10.002650: softirq_entry: vec=6 [action=TASKLET]
                  <idle>-0       [000] ..s1.    10.002660: softirq_entry: vec=1 [action=TIMER]
             kworker/0:1-17      [000] .....    10.002800: hwsim_virtio_rx_work <-process_one_work
             ksoftirqd/0-17      [000] ..s..    10.003000: ieee80211_tasklet_handler <-tasklet_action_common.constprop.0
        """;

    [Test]
    public void TheStepsOfBothGuestsComeInOrderOfTheHostsClock()
    {
        string text = PingTrace.Tell(PingTrace.Read(new("sta1", Asking, 0), new("ap", Answering, 30_000_000_000)), "sta1", "ap");
        string column = new string(' ', 56);
        Assert.That(text.ReplaceLineEndings("\n").TrimEnd().Split('\n'), Is.EqualTo((string[])
        [
            $"    us  {"sta1",-56}ap",
            "     0  ping: sendto",
            "   270  the packet goes down to mac80211",
            "   400  mac80211 gives the frame to hwsim",
            "   700  ping wakes shm-injector",
            "   800  ping -> shm-injector",
            $"  1500  {column}the host's doorbell",
            $"  1650  {column}softirq TASKLET",
            $"  1670  {column}the module looks into the ring",
            $"  1800  {column}hwsim's work takes what the module has for it",
            $"  2000  {column}mac80211 takes what hwsim has for it",
            "  2900  the packet goes up to IP",
            "  3000  ping: recvmsg returns",
        ]));
    }

    [Test]
    public void ATraceWithoutAWholePingIsRefused() =>
        Assert.That(() =>
            PingTrace.Read(new("sta1", Answering, 0), new("ap", Answering, 0)), Throws.TypeOf<LabException>().With.Message.Contains("sta1"));

    [Test]
    public void HopsAreTheMeanOfThePingsThatHaveTheMarks()
    {
        PingMark[] marks =
            [new(true, PingTrace.Asked), new(false, PingTrace.Doorbell, IsOptional: true), new(false, PingTrace.Up), new(true, PingTrace.Answered)];
        TraceStep[] first =
        [
            new(0, true, PingTrace.Asked), new(50, false, PingTrace.Doorbell), new(100, false, PingTrace.Doorbell), new(300, false, PingTrace.Up),
            new(600, true, PingTrace.Answered),
        ];
        TraceStep[] second = [new(1000, true, PingTrace.Asked), new(1500, false, PingTrace.Up), new(1900, true, PingTrace.Answered)];
        TraceStep[] lacking = [new(2000, true, PingTrace.Asked), new(2500, false, PingTrace.Doorbell), new(2600, true, PingTrace.Answered)];
        Assert.That(PingHops.Tell([first, second, lacking], marks, "sta", "ap").ReplaceLineEndings("\n").TrimEnd().Split('\n'), Is.EqualTo((string[])
        [
            "mean of 2 of 3 pings",
            "    us       %  to",
            "     0   100 %  sta: ping: sendto",
            "    50    50 %  ap: the host's doorbell",
            "   350   100 %  ap: the packet goes up to IP",
            "   350   100 %  sta: ping: recvmsg returns",
            "   750          all",
        ]), "the time to a mark that was not passed is that of the next");
    }

    [Test]
    public void AMarkInTheOtherGuestMayBeABitLateByTheClock()
    {
        PingMark[] marks = [new(true, PingTrace.Asked), new(false, PingTrace.Up), new(true, PingTrace.Answered)];
        TraceStep[] ping = [new(0, true, PingTrace.Asked), new(500, true, PingTrace.Answered), new(600, false, PingTrace.Up)];
        Assert.That(PingHops.Tell([ping], marks, "sta", "ap"), Does.StartWith("mean of 1 of 1 pings"));
    }

    [Test]
    public void ADoorbellFromBeforeTheAnswerIsNotTheAnswers()
    {
        PingMark[] marks = [new(false, PingTrace.ToHwsim), new(true, PingTrace.Doorbell, IsOptional: true), new(true, PingTrace.Answered)];
        TraceStep[] ping = [new(0, true, PingTrace.Doorbell), new(500, false, PingTrace.ToHwsim), new(900, true, PingTrace.Answered)];
        Assert.That(PingHops.Tell([ping], marks, "sta", "ap"), Does.Contain("     0 %  sta: the host's doorbell"));
    }

    [Test]
    public void TheMarksOfAPathGoToTheOtherGuestAndBack([Values(nameof(FramePath.User), nameof(FramePath.Kernel))] string path)
    {
        var sides = PingHops.Marks(Enum.Parse<FramePath>(path)).Select(mark => mark.InAsking).ToList();
        Assert.That(sides.Where((side, i) => i == 0 || side != sides[i - 1]), Is.EqualTo([true, false, true]));
    }
}
