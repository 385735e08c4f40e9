using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Relay;
using ShmWifi.Perf.EndToEnd.Report;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Page;

/// <summary>2,000 frames a second through a daemon without a page, and through one with a page: while nobody looks, and while one does.</summary>
/// <remarks>What reads takes all that the daemon writes to a browser, and draws nothing: a browser's own work is not the daemon's.</remarks>
internal sealed class PageCost : IRelayMeasurement
{
    private const double MostPercent = 5; // of a core, while one looks
    private const double MostP99 = 1.1; // times that of the same daemon while nobody does
    private const double MostUnseen = 1.02; // times the CPU of a daemon without a page: less is not told from noise
    private const int Slices = 5; // of a round, in each of which all three have their turn
    private const int SettleMs = 300; // the first lines tell all radios and links
    private readonly Cleanup _cleanup = new();
    private readonly TimeSpan _slice;
    private readonly PacedFrames _without;
    private readonly PacedFrames _with;
    private readonly int _port = Loopback.FreePort();
    private readonly Rounds _unseenPercent = new(), _unseenP99 = new();
    private readonly Rounds _seenPercent = new(), _addedPercent = new(), _seenP50 = new(), _seenP99 = new();
    private readonly Rounds _kilobytes = new();

    /// <summary>Starts the daemons and their stations.</summary>
    public PageCost(bool isQuick, CancellationToken cancellation)
    {
        _slice = TimeSpan.FromSeconds(isQuick ? 0.3 : 2);
        try
        {
            _without = _cleanup.Add(new PacedFrames(""));
            _with = _cleanup.Add(new PacedFrames($"web: {_port}\n"));
            for (int i = 0; i < 2; i++) // the compilers' time
            {
                _ = _without.Run(TimeSpan.FromSeconds(1), cancellation);
                using var page = new PageReader(_port);
                _ = _with.Run(TimeSpan.FromSeconds(1), cancellation);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => "what a page costs";

    /// <inheritdoc/>
    public void RunRound(CancellationToken cancellation)
    {
        var (without, unseen, seen) = (new PacedLoad(), new PacedLoad(), new PacedLoad());
        double bytes = 0;
        for (int slice = 0; slice < Slices; slice++)
        {
            without.Add(_without.Run(_slice, cancellation));
            unseen.Add(_with.Run(_slice, cancellation));
            using var page = new PageReader(_port);
            Thread.Sleep(SettleMs);
            long before = page.Bytes;
            seen.Add(_with.Run(_slice, cancellation));
            bytes += page.Bytes - before;
        }
        _unseenPercent.Add(unseen.Percent, without.Percent);
        _unseenP99.Add(unseen.Ns(0.99), without.Ns(0.99));
        _seenPercent.Add(seen.Percent, unseen.Percent);
        _addedPercent.Add(seen.Percent - unseen.Percent);
        _seenP50.Add(seen.Ns(0.5), unseen.Ns(0.5));
        _seenP99.Add(seen.Ns(0.99), unseen.Ns(0.99));
        _kilobytes.Add(bytes / 1e3 / seen.Time.TotalSeconds);
    }

    /// <inheritdoc/>
    public void Report(Results results)
    {
        string rate = $"{PacedFrames.FramesASecond} frames/s";
        results.Add(_unseenPercent.Judge(PageGroup.GroupName, $"CPU of the daemon, {rate}, nobody looks; baseline: without a page", "% of a core",
            $"≤ {MostUnseen} × without a page", _unseenPercent.MedianRatio <= MostUnseen));
        results.Add(_unseenP99.Tell(PageGroup.GroupName, $"kick to posted, p99, {rate}, nobody looks; baseline: without a page", "ns"));
        results.Add(_addedPercent.Judge(PageGroup.GroupName, $"CPU that one page adds, {rate}", "% of a core", $"≤ {MostPercent} % of a core",
            _addedPercent.Median <= MostPercent));
        results.Add(_seenPercent.Tell(PageGroup.GroupName, $"CPU of the daemon, {rate}, one page; baseline: nobody looks", "% of a core"));
        results.Add(_seenP50.Tell(PageGroup.GroupName, $"kick to posted, p50, {rate}, one page; baseline: nobody looks", "ns"));
        results.Add(_seenP99.Judge(PageGroup.GroupName, $"kick to posted, p99, {rate}, one page; baseline: nobody looks", "ns",
            $"≤ {MostP99} × nobody looks", _seenP99.MedianRatio <= MostP99));
        results.Add(_kilobytes.Tell(PageGroup.GroupName, $"what one page is told, {rate}", "kB/s"));
    }

    /// <inheritdoc/>
    public void Dispose() => _cleanup.Dispose();
}
