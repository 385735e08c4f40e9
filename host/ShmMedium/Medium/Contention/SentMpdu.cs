using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>An MPDU as it was on the medium.</summary>
/// <param name="StartNs">When its first bit was.</param>
/// <param name="Ampdu">The number of the A-MPDU that it shared with others, from 1; 0: it was alone.</param>
/// <param name="IsLast">It was the last of that.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SentMpdu(long StartNs, uint Ampdu, bool IsLast);
