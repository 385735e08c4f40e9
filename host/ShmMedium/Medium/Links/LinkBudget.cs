using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>The link from one radio to another.</summary>
/// <param name="SignalDbm">Power at the receiver, dBm, its antenna's gain included.</param>
/// <param name="SnrDb">The signal over the receiver's noise in 20 MHz, dB.</param>
/// <param name="Loss">The probability, 0..1, that an attempt is not received, whatever its rate and length; NaN: it follows from the SNR.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LinkBudget(float SignalDbm, float SnrDb, float Loss);
