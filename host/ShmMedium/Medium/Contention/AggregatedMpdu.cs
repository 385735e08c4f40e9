using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>One MPDU of an A-MPDU.</summary>
/// <param name="Transmission">Its place among those that wait.</param>
/// <param name="Octets">Its own and its delimiter's: all must be right.</param>
/// <param name="Attempt">Of its retry chain, from 1.</param>
/// <param name="IsRetry">It has the Retry bit.</param>
/// <param name="StartNs">When its delimiter begins.</param>
/// <param name="EndNs">When its last octet is over.</param>
/// <param name="Sent">The MPDU itself.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AggregatedMpdu(
    int Transmission, int Handle, int Octets, int Attempt, bool IsRetry, long StartNs, long EndNs, SentMpdu Sent);

/// <summary>One station's reception of one MPDU of an A-MPDU.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MpduReception(Interest Interest, bool IsReceived);

/// <summary>A part of an A-MPDU's payload in which something else disturbed it at a station.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DisturbedPart(int Station, long StartNs, long EndNs, float SinrDb);
