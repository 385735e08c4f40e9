using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.Latency;

/// <summary>When a frame passed each point of its way; host clock, ns; 0: unknown.</summary>
/// <param name="CapturedNs">The sending guest took it from hwsim.</param>
/// <param name="TakenNs">The host took it from the sender's ring.</param>
/// <param name="PostedNs">The host posted it to the receiver's.</param>
/// <param name="InjectedNs">The receiving guest gave it to hwsim.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FrameStamps(ulong CapturedNs, ulong TakenNs, ulong PostedNs, ulong InjectedNs);
