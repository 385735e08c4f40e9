using System.Runtime.InteropServices;
using ShmWifi.Dot11;

namespace ShmWifi.Medium.Contention;

/// <summary>One link of a retry chain.</summary>
/// <param name="Rate">Rate.</param>
/// <param name="Flags">Of them, <see cref="TxRateFlags.UseRtsCts"/> and <see cref="TxRateFlags.UseCtsProtect"/> matter here.</param>
/// <param name="Attempts">How often to try it, 1 or more.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RateAttempts(PhyRate Rate, TxRateFlags Flags, int Attempts);
