using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>Pings step by step through both guests' kernels: where the time goes.</summary>
/// <remarks>
/// ftrace in both guests, on their CLOCK_MONOTONIC, put on the host's clock by the guests' own estimates (true to some 50 µs, so a step from
/// one guest to the other is less certain than a step within one). Tracing costs time of its own: compare the steps with one another.
/// </remarks>
internal static partial class PingTrace
{
    /// <summary>The request's first step.</summary>
    public const string Asked = "ping: sendto";

    /// <summary>The answer's last step.</summary>
    public const string Answered = "ping: recvmsg returns";

    /// <summary>The network stack's end on the way down.</summary>
    public const string Down = "the packet goes down to mac80211";

    /// <summary>mac80211's end on the way down.</summary>
    public const string ToHwsim = "mac80211 gives the frame to hwsim";

    /// <summary>The device's interrupt. Who looks for an answer asks for none.</summary>
    public const string Doorbell = "the host's doorbell";

    /// <summary>The module's end on the way down; the doorbell follows.</summary>
    public const string InRing = "the frame is in the ring";

    /// <summary>The module's start on the way up.</summary>
    public const string ModulePolls = "the module looks into the ring";

    /// <summary>hwsim's virtio front end on the way up.</summary>
    public const string ModuleToHwsim = "hwsim's work takes what the module has for it";

    /// <summary>mac80211's start on the way up.</summary>
    public const string FromHwsim = "mac80211 takes what hwsim has for it";

    /// <summary>mac80211's end on the way up.</summary>
    public const string Up = "the packet goes up to IP";

    private const int Pings = 101;
    private const int Column = 56;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<int, string> SystemCalls = new() // of x86-64
    {
        [24] = "sched_yield",
        [44] = "sendto",
        [46] = "sendmsg",
        [47] = "recvmsg",
        [299] = "recvmmsg",
        [441] = "epoll_pwait2",
    };

    private static readonly Dictionary<string, string> Functions = new(StringComparer.Ordinal)
    {
        ["mac80211_hwsim_tx"] = ToHwsim,
        ["shmwifi_producer_publish"] = InRing,
        ["shmwifi_poll"] = ModulePolls,
        ["hwsim_virtio_rx_work"] = ModuleToHwsim,
        ["ieee80211_tasklet_handler"] = FromHwsim,
        ["hwsim_virtio_rx_done"] = "the module tells hwsim",
    };

    /// <summary>Traces pings, and tells where their time goes on average, then the steps of the one of median length.</summary>
    /// <returns>A line for each hop; then a line for each step: microseconds from the first, and what happened, in a column for each guest.</returns>
    /// <exception cref="LabException">A guest cannot trace, or no ping is whole in its trace.</exception>
    public static async Task<string> TakeAsync(VmPair pair, CancellationToken cancellation)
    {
        foreach (var vm in pair.Ends)
            await vm.Guest.RunAsync("starting ftrace", StartScript, Limit, cancellation);
        await new PingProbe(pair.Medium).RunAsync(Pings, cancellation);
        foreach (var vm in pair.Ends)
            await vm.Guest.RunAsync("stopping ftrace", StopScript, Limit, cancellation);
        var traces = new List<GuestTrace>();
        foreach (var vm in pair.Ends)
        {
            string text = await vm.Guest.RunAsync("reading ftrace's buffer", ReadScript, Limit, cancellation);
            traces.Add(new GuestTrace(vm.Name, text, await ClockOffsetNsAsync(vm, cancellation)));
        }

        var pings = Read(traces[0], traces[1]);
        string hops = PingHops.Tell(pings, PingHops.Marks(pair.Ends[0].Spec.Path), traces[0].Vm, traces[1].Vm);
        return $"{hops}{Environment.NewLine}the ping of median length, step by step{Environment.NewLine}{Tell(pings, traces[0].Vm, traces[1].Vm)}";
    }

    /// <summary>The whole pings of two traces.</summary>
    /// <returns>The steps of each, in order of time.</returns>
    /// <exception cref="LabException">No ping is whole.</exception>
    internal static IReadOnlyList<IReadOnlyList<TraceStep>> Read(GuestTrace asking, GuestTrace answering)
    {
        List<TraceStep> steps = [.. Read(asking, isAsking: true).Concat(Read(answering, isAsking: false)).OrderBy(step => step.Us)];
        var pings = new List<IReadOnlyList<TraceStep>>();
        for (var (first, i) = (-1, 0); i < steps.Count; i++)
        {
            if (steps[i] is { IsAsking: true, What: Asked })
                first = i;
            else if (first >= 0 && steps[i] is { IsAsking: true, What: Answered })
                (pings, first) = ([.. pings, steps[first..(i + 1)]], -1);
        }

        return pings.Count > 0 ? pings : throw new LabException($"the trace of {asking.Vm} holds no whole ping");
    }

    /// <summary>The ping of median length, as text.</summary>
    internal static string Tell(IReadOnlyList<IReadOnlyList<TraceStep>> pings, string asking, string answering)
    {
        var median = pings.OrderBy(ping => ping[^1].Us - ping[0].Us).ElementAt(pings.Count / 2);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"us",6}  {asking,-Column}{answering}");
        foreach (var step in median)
            text.AppendLine(CultureInfo.InvariantCulture,
                $"{step.Us - median[0].Us,6:0}  {(step.IsAsking ? "" : new string(' ', Column))}{step.What}");
        return text.ToString();
    }

    private const string Events =
        "sched/sched_switch sched/sched_waking irq/irq_handler_entry irq/softirq_entry raw_syscalls/sys_enter raw_syscalls/sys_exit "
            + "net/net_dev_start_xmit net/netif_receive_skb";

    // Functions of the module are there on the kernel path only.
    private static readonly string StartScript = $"""
        mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing || exit 1
        cd /sys/kernel/tracing && echo mono >trace_clock && echo 8000 >buffer_size_kb || exit 1
        echo mac80211_hwsim_tx >set_ftrace_filter || exit 1
        for function in {string.Join(' ', Functions.Keys)}; do echo $function >>set_ftrace_filter; done 2>/dev/null
        echo function >current_tracer && echo >trace || exit 1
        for event in {Events}; do echo 1 >events/$event/enable || exit 1; done
        echo 1 >tracing_on
        """;

    private const string StopScript = $"""
        cd /sys/kernel/tracing && echo 0 >tracing_on || exit 1
        for event in {Events}; do echo 0 >events/$event/enable; done
        """;

    // The buffer is given back, so that what is measured after it has the guest's memory.
    private const string ReadScript = """
        cd /sys/kernel/tracing && grep -v '^#' trace && echo nop >current_tracer && echo >set_ftrace_filter && echo 1 >buffer_size_kb
        """;

    private static async Task<long> ClockOffsetNsAsync(VirtualMachine vm, CancellationToken cancellation)
    {
        long? offset = vm.Spec.Path == FramePath.Kernel
            ? (await ModuleStatistics.TakeAsync(vm.Guest, cancellation)).ClockOffsetNs
            : (await InjectorStatistics.TakeAsync(vm.Guest, cancellation)).Clock?.OffsetNs;
        return offset ?? throw new LabException($"{vm.Name}: the guest does not know the host's clock yet");
    }

    private static IEnumerable<TraceStep> Read(GuestTrace trace, bool isAsking)
    {
        foreach (string line in trace.Text.Split('\n'))
        {
            if (Line().Match(line) is not { Success: true } match || Describe(match.Groups["task"].Value, match.Groups["event"].Value)
                is not { } what)
                continue;
            double seconds = double.Parse(match.Groups["seconds"].Value, CultureInfo.InvariantCulture);
            yield return new TraceStep((seconds * 1e6) + (trace.ClockOffsetNs / 1e3), isAsking, what);
        }
    }

    /// <summary>In the words of 802.11 and of system calls; null for what tells nothing.</summary>
    private static string? Describe(string task, string what)
    {
        if (SystemCall().Match(what) is { Success: true } call)
        {
            return task is "ping" or "shm-injector"
                && SystemCalls.TryGetValue(int.Parse(call.Groups["number"].Value, CultureInfo.InvariantCulture), out string? name)
                ? $"{task}: {name}{(call.Groups["way"].Value == "exit" ? " returns" : "")}"
                : null;
        }

        if (Function().Match(what) is { Success: true } function)
            return Functions.GetValueOrDefault(function.Groups["name"].Value);

        return what.Split(':')[0] switch
        {
            "sched_switch" when Switch().Match(what) is { Success: true } tasks => $"{tasks.Groups["from"].Value} -> {tasks.Groups["to"].Value}",
            "sched_waking" when Waking().Match(what) is { Success: true } woken => $"{task} wakes {woken.Groups["task"].Value}",
            "irq_handler_entry" when what.Contains("name=shmwifi", StringComparison.Ordinal) => Doorbell,
            "softirq_entry" when SoftIrq().Match(what) is { Success: true } vector => $"softirq {vector.Groups["name"].Value}",
            "net_dev_start_xmit" when what.Contains("dev=wlan", StringComparison.Ordinal) => Down,
            "netif_receive_skb" when what.Contains("dev=wlan", StringComparison.Ordinal) => Up,
            _ => null,
        };
    }

    // "  ping-357     [000] b..1.    40.006404: net_dev_start_xmit: dev=wlan0 …"
    [GeneratedRegex(@"^\s*(?<task>\S+)-\d+\s+\[\d+\]\s+\S+\s+(?<seconds>[\d.]+): (?<event>.*)$", RegexOptions.None, 1000)]
    private static partial Regex Line();

    [GeneratedRegex(@"^sys_(?<way>enter|exit): NR (?<number>\d+) ", RegexOptions.None, 1000)]
    private static partial Regex SystemCall();

    // "mac80211_hwsim_tx <-ieee80211_handle_wake_tx_queue"
    [GeneratedRegex(@"^(?<name>[\w.]+) <-", RegexOptions.None, 1000)]
    private static partial Regex Function();

    [GeneratedRegex(@"prev_comm=(?<from>\S+) .*next_comm=(?<to>\S+) ", RegexOptions.None, 1000)]
    private static partial Regex Switch();

    [GeneratedRegex(@"comm=(?<task>ping|shm-injector|ksoftirqd|kworker)", RegexOptions.None, 1000)]
    private static partial Regex Waking();

    [GeneratedRegex(@"action=(?<name>TASKLET|NET_RX|NET_TX|HI)\]", RegexOptions.None, 1000)]
    private static partial Regex SoftIrq();

    /// <summary>What ftrace of a guest holds.</summary>
    /// <param name="Text">The lines of its buffer.</param>
    /// <param name="ClockOffsetNs">Host's clock minus the guest's.</param>
    internal sealed record GuestTrace(string Vm, string Text, long ClockOffsetNs);
}
