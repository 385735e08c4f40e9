namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>What is wanted of a group's VMs.</summary>
/// <param name="Group">Of the rows.</param>
/// <param name="Ping">Round trips, as a multiple of the wired floor's.</param>
/// <param name="PingQuantiles">Of <see cref="PingRounds.Quantiles"/>, those that this is wanted of.</param>
/// <param name="Tcp">Throughput, as a part of the in-kernel floor's.</param>
/// <param name="WayUs">The whole way of a frame by its stamps, p50, in microseconds; null: nothing is wanted of it.</param>
internal sealed record VmGoals(string Group, double Ping, IReadOnlyList<string> PingQuantiles, double Tcp, double? WayUs = null);
