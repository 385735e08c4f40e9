namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>Something that happened in one of the two guests of a ping.</summary>
/// <param name="Us">When, in microseconds of the host's clock.</param>
/// <param name="IsAsking">In the guest that pings; else in the one that answers.</param>
internal sealed record TraceStep(double Us, bool IsAsking, string What);
