namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>A step that every ping takes, or most: the time between two such is a hop.</summary>
/// <param name="InAsking">In the guest that pings; else in the one that answers.</param>
/// <param name="IsOptional">Whether a ping may go without.</param>
internal sealed record PingMark(bool InAsking, string What, bool IsOptional = false);
