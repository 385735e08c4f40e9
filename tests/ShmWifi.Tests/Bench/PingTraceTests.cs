using ShmWifi.Lab;
using ShmWifi.Perf.EndToEnd.Vm;

namespace ShmWifi.Tests.Bench;

/// <summary>What ftrace of two guests tells of a ping.</summary>
public class PingTraceTests
{
    private const string Asking = """
                    ping-357     [000] .....    40.001000: sys_enter: NR 44 (3, 5646ec500380, 40, 0, 5646b34d05c0, 10)
                    ping-357     [000] b..1.    40.001270: net_dev_start_xmit: dev=wlan0 queue_mapping=0 skbaddr=00000000f4142c36
                    ping-357     [000] D..5.    40.001700: sched_waking: comm=shm-injector pid=177 prio=120 target_cpu=000
                    ping-357     [000] d..2.    40.001800: sched_switch: prev_comm=ping prev_pid=357 prev_prio=120 prev_state=R ==> next_comm=shm-injector next_pid=177 next_prio=120
            shm-injector-177     [000] .....    40.001900: sys_enter: NR 999 (0, 0, 0, 0, 0, 0)
             ksoftirqd/0-17      [000] ..s..    40.003900: netif_receive_skb: dev=wlan0 skbaddr=000000008a8e45f1 len=84
                    ping-357     [000] .....    40.004000: sys_exit: NR 47 = 84
                    ping-357     [000] .....    40.021000: sys_enter: NR 44 (3, 5646ec500380, 40, 0, 5646b34d05c0, 10)
        """;

    private const string Answering = """
                  <idle>-0       [000] d.h1.    10.002500: irq_handler_entry: irq=26 name=shmwifi
                  <idle>-0       [000] d.h1.    10.002600: irq_handler_entry: irq=24 name=virtio0-input.0
             ksoftirqd/0-17      [000] ..s..    10.003000: tasklet_entry: tasklet=0xffff88800f658ef8 function=ieee80211_tasklet_handler [mac80211]
        """;

    [Test]
    public void TheStepsOfBothGuestsComeInOrderOfTheHostsClock()
    {
        var text = PingTrace.Tell(new("sta1", Asking, 0), new("ap", Answering, 30_000_000_000));
        var column = new string(' ', 44);
        Assert.That(text.ReplaceLineEndings("\n").TrimEnd().Split('\n'), Is.EqualTo((string[])
        [
            $"    us  {"sta1",-44}ap",
            "     0  ping: sendto",
            "   270  the packet goes down to mac80211",
            "   700  ping wakes shm-injector",
            "   800  ping -> shm-injector",
            $"  1500  {column}the host's doorbell",
            $"  2000  {column}mac80211 takes what hwsim has for it",
            "  2900  the packet goes up to IP",
            "  3000  ping: recvmsg returns",
        ]));
    }

    [Test]
    public void ATraceWithoutAWholePingIsRefused() =>
        Assert.That(() => PingTrace.Tell(new("sta1", Answering, 0), new("ap", Answering, 0)), Throws.TypeOf<LabException>().With.Message.Contains("sta1"));
}
