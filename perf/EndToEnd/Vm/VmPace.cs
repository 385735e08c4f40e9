namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>How long each measurement in VMs takes.</summary>
/// <param name="Pings">Echo requests of a route and round, 20 ms apart.</param>
/// <param name="Seconds">Of TCP, and of UDP, a route and round.</param>
/// <param name="IdleSeconds">How long nothing but beacons passes.</param>
internal sealed record VmPace(int Rounds, int Pings, int Seconds, int IdleSeconds)
{
    /// <summary>The same for both paths: each route has less time, so that the run takes no longer.</summary>
    public VmPace ForBothPaths => this with { Seconds = Math.Min(Seconds, 3), IdleSeconds = Math.Min(IdleSeconds, 10) };

    /// <summary>As the command line asks for.</summary>
    public static VmPace Of(BenchOptions options) =>
        options.IsQuick ? new VmPace(Math.Min(options.Rounds, 2), 25, 1, 5) : new VmPace(options.Rounds, 200, 4, 20);
}
