using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>What was computed from a link: its reader's to fill, and forgotten when the link changes.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct LinkFacts
{
    /// <summary>Signal and SNR of the link that it is of.</summary>
    public float SignalDbm, SnrDb;

    /// <summary>The signal, mW; 0: not computed.</summary>
    public float SignalMw;

    /// <summary>Noise in 20 MHz, mW.</summary>
    public float NoiseMw;

    /// <summary>How the latest frame fares.</summary>
    public PerFact Frame;

    /// <summary>How the latest RTS, CTS or ACK fares.</summary>
    public PerFact Control;
}

/// <summary>How a PPDU fares without interference.</summary>
/// <param name="Key">What it follows from besides the link: the curve and the length, and which curves were in force; 0: not computed.</param>
/// <param name="Per">PER of the payload, 0..1.</param>
/// <param name="HeaderPer">PER of the header, 0..1.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PerFact(long Key, float Per, float HeaderPer);
