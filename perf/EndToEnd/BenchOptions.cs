namespace ShmWifi.Perf.EndToEnd;

/// <summary>How thoroughly is measured.</summary>
/// <param name="Rounds">How often each measurement is taken, in turns with its baseline.</param>
/// <param name="IsQuick">Short rounds: to see that everything works, not for figures.</param>
/// <param name="Kernel">Kernel series of the guests, for the groups with VMs.</param>
/// <param name="Peer">A wmediumd to measure beside, for the group with User-Mode-Linux guests; null: none.</param>
internal sealed record BenchOptions(int Rounds, bool IsQuick, string Kernel, string? Peer);
