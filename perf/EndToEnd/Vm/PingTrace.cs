using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Qemu;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>One ping, step by step through both guests' kernels: where the time goes.</summary>
/// <remarks>
/// ftrace in both guests, on their CLOCK_MONOTONIC, put on the host's clock by the injectors' estimates (true to some 50 µs, so a step from
/// one guest to the other is less certain than a step within one). Tracing costs time of its own: compare the steps with one another.
/// </remarks>
internal static partial class PingTrace
{
    private const int Pings = 21;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<int, string> SystemCalls = new() // of x86-64
    {
        [24] = "sched_yield",
        [44] = "sendto",
        [46] = "sendmsg",
        [47] = "recvmsg",
        [232] = "epoll_wait",
        [299] = "recvmmsg",
    };

    /// <summary>Traces some pings, and tells the one of median length.</summary>
    /// <param name="lab">Has the route <see cref="VmLab.VmToVm"/>.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>A line for each step: microseconds from the first, and what happened, in a column for each guest.</returns>
    /// <exception cref="LabException">A guest cannot trace, or no ping is whole in its trace.</exception>
    public static async Task<string> TakeAsync(VmLab lab, CancellationToken cancellation)
    {
        foreach (var vm in lab.Ends)
            await vm.Guest.RunAsync("starting ftrace", StartScript, Limit, cancellation);
        await new PingProbe(lab.VmToVm).RunAsync(Pings, cancellation);
        var traces = new List<GuestTrace>();
        foreach (var vm in lab.Ends)
        {
            var text = await vm.Guest.RunAsync("reading ftrace's buffer", StopScript, Limit, cancellation);
            traces.Add(new GuestTrace(vm.Name, text, await ClockOffsetNsAsync(vm, cancellation)));
        }

        return Tell(traces[0], traces[1]);
    }

    /// <summary>The ping of median length, as text.</summary>
    /// <param name="asking">Of the guest that pings.</param>
    /// <param name="answering">Of the guest that answers.</param>
    /// <exception cref="LabException">No ping is whole.</exception>
    internal static string Tell(GuestTrace asking, GuestTrace answering)
    {
        List<Step> steps = [.. Read(asking, isAsking: true).Concat(Read(answering, isAsking: false)).OrderBy(step => step.Us)];
        var pings = new List<(int First, int Last)>();
        for (var (first, i) = (-1, 0); i < steps.Count; i++)
        {
            if (steps[i] is { IsAsking: true, What: "ping: sendto" })
                first = i;
            else if (first >= 0 && steps[i] is { IsAsking: true, What: "ping: recvmsg returns" })
                (pings, first) = ([.. pings, (first, i)], -1);
        }

        if (pings.Count == 0)
            throw new LabException($"the trace of {asking.Vm} holds no whole ping");
        var (begin, end) = pings.OrderBy(ping => steps[ping.Last].Us - steps[ping.First].Us).ElementAt(pings.Count / 2);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"us",6}  {asking.Vm,-44}{answering.Vm}");
        foreach (var step in steps[begin..(end + 1)])
            text.AppendLine(CultureInfo.InvariantCulture, $"{step.Us - steps[begin].Us,6:0}  {(step.IsAsking ? "" : new string(' ', 44))}{step.What}");
        return text.ToString();
    }

    private const string Events =
        "sched/sched_switch sched/sched_waking irq/irq_handler_entry irq/tasklet_entry raw_syscalls/sys_enter raw_syscalls/sys_exit net/net_dev_start_xmit net/netif_receive_skb";

    private const string StartScript = $"""
        mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing || exit 1
        cd /sys/kernel/tracing && echo mono >trace_clock && echo 4000 >buffer_size_kb && echo >trace || exit 1
        for event in {Events}; do [ ! -e events/$event ] || echo 1 >events/$event/enable; done
        echo 1 >tracing_on
        """;

    private const string StopScript = $"""
        cd /sys/kernel/tracing && echo 0 >tracing_on || exit 1
        for event in {Events}; do [ ! -e events/$event ] || echo 0 >events/$event/enable; done
        grep -E 'ping|shm-injector|ksoftirqd|shmwifi|ieee80211' trace
        """;

    private static async Task<long> ClockOffsetNsAsync(VirtualMachine vm, CancellationToken cancellation) =>
        (await InjectorStatistics.TakeAsync(vm, cancellation)).Clock?.OffsetNs
        ?? throw new LabException($"{vm.Name}: shm-injector does not know the host's clock yet");

    private static IEnumerable<Step> Read(GuestTrace trace, bool isAsking)
    {
        foreach (var line in trace.Text.Split('\n'))
        {
            if (Line().Match(line) is not { Success: true } match || Describe(match.Groups["task"].Value, match.Groups["event"].Value) is not { } what)
                continue;
            var seconds = double.Parse(match.Groups["seconds"].Value, CultureInfo.InvariantCulture);
            yield return new Step((seconds * 1e6) + (trace.ClockOffsetNs / 1e3), isAsking, what);
        }
    }

    /// <summary>In the words of 802.11 and of system calls; null for what tells nothing.</summary>
    private static string? Describe(string task, string what)
    {
        if (SystemCall().Match(what) is { Success: true } call)
        {
            return SystemCalls.TryGetValue(int.Parse(call.Groups["number"].Value, CultureInfo.InvariantCulture), out var name)
                ? $"{task}: {name}{(call.Groups["way"].Value == "exit" ? " returns" : "")}"
                : null;
        }

        return what.Split(':')[0] switch
        {
            "sched_switch" when Switch().Match(what) is { Success: true } tasks => $"{tasks.Groups["from"].Value} -> {tasks.Groups["to"].Value}",
            "sched_waking" when what.Contains("comm=shm-injector", StringComparison.Ordinal) => $"{task} wakes shm-injector",
            "sched_waking" when what.Contains("comm=ping", StringComparison.Ordinal) => $"{task} wakes ping",
            "irq_handler_entry" when what.Contains("name=shmwifi", StringComparison.Ordinal) => "the host's doorbell",
            "tasklet_entry" when what.Contains("ieee80211", StringComparison.Ordinal) => "mac80211 takes what hwsim has for it",
            "net_dev_start_xmit" => "the packet goes down to mac80211",
            "netif_receive_skb" => "the packet goes up to IP",
            _ => null,
        };
    }

    // "  ping-357     [000] b..1.    40.006404: net_dev_start_xmit: dev=wlan0 …"
    [GeneratedRegex(@"^\s*(?<task>\S+)-\d+\s+\[\d+\]\s+\S+\s+(?<seconds>[\d.]+): (?<event>.*)$", RegexOptions.None, 1000)]
    private static partial Regex Line();

    [GeneratedRegex(@"^sys_(?<way>enter|exit): NR (?<number>\d+) ", RegexOptions.None, 1000)]
    private static partial Regex SystemCall();

    [GeneratedRegex(@"prev_comm=(?<from>\S+) .*next_comm=(?<to>\S+) ", RegexOptions.None, 1000)]
    private static partial Regex Switch();

    /// <summary>What ftrace of a guest holds.</summary>
    /// <param name="Vm">Its name.</param>
    /// <param name="Text">The lines of its buffer.</param>
    /// <param name="ClockOffsetNs">Host's clock minus the guest's.</param>
    internal sealed record GuestTrace(string Vm, string Text, long ClockOffsetNs);

    private sealed record Step(double Us, bool IsAsking, string What);
}
