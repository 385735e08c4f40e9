using System.Runtime.InteropServices;
using ShmWifi.ShmMedium.Medium.Faults;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>That a radio receives a frame, and how.</summary>
/// <param name="SignalDbm">Strength at the receiver, dBm.</param>
/// <param name="RateIndex">hwsim's RX_RATE: index of a legacy rate of the band.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Reception(Radio Receiver, sbyte SignalDbm, byte RateIndex)
{
    /// <summary>It was sent before: the Retry bit is set.</summary>
    public bool IsRetry { get; init; }

    /// <summary>The sender gets this reception's acknowledgement.</summary>
    public bool IsAcknowledged { get; init; }

    /// <summary>The injected fault that hits the frame here; null: none does.</summary>
    public Fault? Fault { get; init; }

    /// <summary>A signal as descriptors carry it.</summary>
    public static sbyte ToSignal(float dbm) => (sbyte)Math.Clamp(MathF.Round(dbm), -127, 20);
}
