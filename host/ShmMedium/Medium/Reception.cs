using System.Runtime.InteropServices;
using ShmWifi.ShmMedium.Medium.Faults;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>That a radio receives a frame, and how.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct Reception
{
    /// <summary>The radio.</summary>
    public Radio Receiver;

    /// <summary>The injected fault that hits the frame here; null: none does.</summary>
    public Fault? Fault;

    /// <summary>Strength at the receiver, dBm.</summary>
    public sbyte SignalDbm;

    /// <summary>hwsim's RX_RATE: index of a legacy rate of the band.</summary>
    public byte RateIndex;

    /// <summary>Which attempt of the retry chain it is of, from 1.</summary>
    public int Attempt;

    /// <summary>It was sent before: the Retry bit is set.</summary>
    public bool IsRetry;

    /// <summary>The sender gets this reception's acknowledgement.</summary>
    public bool IsAcknowledged;

    /// <summary>A signal as descriptors carry it.</summary>
    public static sbyte ToSignal(float dbm) => (sbyte)Math.Clamp(MathF.Round(dbm), -127, 20);
}
