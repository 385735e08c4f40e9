using ShmWifi.Lab.Measure;

namespace ShmWifi.Demo;

/// <summary>What came of reloading the kernel module of a station under traffic.</summary>
/// <param name="BackMs">For each reload, from the module's removal until a ping to the access point was answered.</param>
/// <param name="Tcp">Both directions, from the first second to the last, reloads included.</param>
/// <param name="Memory">The station's memory, each time while the module was out.</param>
/// <param name="DaemonKib">What the daemon holds beside the region.</param>
internal sealed record ReloadReport(
    string Station,
    double Seconds,
    IReadOnlyList<double> BackMs,
    IReadOnlyList<TcpFigures> Tcp,
    FirstAndLast<GuestMemory> Memory,
    FirstAndLast<long> DaemonKib);

/// <summary>A figure after the first reload, since which it may not grow, and after the last one.</summary>
internal sealed record FirstAndLast<T>(T First, T Last);
