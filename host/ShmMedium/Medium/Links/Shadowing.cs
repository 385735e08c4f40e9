using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>Log-normal shadowing: what stands between two radios; one draw for a pair, the same both ways and at all frequencies.</summary>
/// <remarks>Source: Rappaport, Wireless Communications, 2nd edition, section 4.9.2.</remarks>
internal static class Shadowing
{
    /// <summary>What is added to the signal, dB: normally distributed around 0.</summary>
    public static double GainDb(PropagationConfiguration propagation, ulong seed, LinkEndpoint a, LinkEndpoint b) =>
        propagation.ShadowingDb == 0 ? 0 : propagation.ShadowingDb * RandomStream.Normal(PairKey.Of(seed, RandomPurpose.Shadowing, a, b), 0).X;
}
