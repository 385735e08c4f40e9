using ShmWifi.Lab;
using ShmWifi.Perf.EndToEnd.Relay;
using ShmWifi.Perf.EndToEnd.Report;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Page;

/// <summary>What the map costs a daemon that carries frames: while nobody looks, and while one page does.</summary>
internal sealed class PageGroup : IBenchGroup
{
    /// <summary>Its name.</summary>
    public const string GroupName = "page";

    /// <inheritdoc/>
    public string Name => GroupName;

    /// <inheritdoc/>
    public string Description => "what the map costs the daemon, without VMs, beside one that serves no page";

    /// <inheritdoc/>
    public Task RunAsync(BenchOptions options, Results results, Progress progress, CancellationToken cancellation) =>
        OwnThread.RunAsync(GroupName, () => Run(options, results, progress, cancellation));

    private static void Run(BenchOptions options, Results results, Progress progress, CancellationToken cancellation)
    {
        progress.Now("page: starting daemons");
        using var cost = new PageCost(options.IsQuick, cancellation);
        RelayRounds.Run(GroupName, [cost], options, results, progress, cancellation);
    }
}
