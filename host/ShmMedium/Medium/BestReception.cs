using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>Of a frame's receptions, at whatever radios: the latest attempt that was received, and the strongest signal.</summary>
/// <param name="Attempt">Of the retry chain, from 1; 0: nobody received the frame.</param>
/// <param name="IsRetry">The attempt had the Retry bit.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BestReception(int Attempt, sbyte SignalDbm, bool IsRetry)
{
    /// <summary>With one reception more.</summary>
    public BestReception With(int attempt, sbyte signalDbm, bool isRetry)
    {
        sbyte strongest = Attempt == 0 ? signalDbm : Math.Max(SignalDbm, signalDbm);
        return attempt < Attempt ? this with { SignalDbm = strongest } : new BestReception(attempt, strongest, isRetry);
    }
}
