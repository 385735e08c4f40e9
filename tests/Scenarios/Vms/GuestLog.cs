using System.Diagnostics;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>What a station's wpa_supplicant says, from now on.</summary>
internal sealed class GuestLog
{
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(15);
    private readonly WifiInterface _radio;
    private readonly string _log;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly int _lines;

    private GuestLog(WifiInterface radio, string log, int lines)
    {
        _radio = radio;
        _log = log;
        _lines = lines;
    }

    /// <summary>Since the log was taken up.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Takes the log up at its end.</summary>
    public static async Task<GuestLog> FollowAsync(Member station, CancellationToken cancellation)
    {
        string log = station.Radio.Log("wpa_supplicant");
        string lines = await station.Radio.Vm.Guest.RunAsync("reading a log", $"wc -l <{log}", Answer, cancellation);
        return new GuestLog(station.Radio, log, int.Parse(lines.Trim()));
    }

    /// <summary>Waits for a line.</summary>
    /// <param name="pattern">What it has in it, for grep.</param>
    /// <param name="limit">How long at most, from the start.</param>
    /// <returns>How long after the start it was there; null: it never was.</returns>
    public async Task<TimeSpan?> WaitAsync(string pattern, TimeSpan limit, CancellationToken cancellation)
    {
        while (!await HasAsync(pattern, cancellation))
        {
            if (Elapsed > limit)
                return null;
            await Task.Delay(100, cancellation);
        }
        return Elapsed;
    }

    /// <summary>Whether there is such a line.</summary>
    /// <param name="pattern">What it has in it, for grep.</param>
    public async Task<bool> HasAsync(string pattern, CancellationToken cancellation) =>
        (await _radio.Vm.Guest.TryRunAsync($"tail -n +{_lines + 1} {_log} | grep -q '{pattern}'", Answer, null, cancellation)).ExitCode == 0;

    /// <summary>What it says.</summary>
    public Task<string> ReadAsync(CancellationToken cancellation) =>
        _radio.Vm.Guest.RunAsync("reading a log", $"tail -n +{_lines + 1} {_log}", Answer, cancellation);
}
