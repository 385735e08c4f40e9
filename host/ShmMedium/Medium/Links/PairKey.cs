namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>What two radios share whichever of them sends.</summary>
internal static class PairKey
{
    /// <summary>The key of the pair's random stream.</summary>
    public static ulong Of(ulong seed, RandomPurpose purpose, LinkEndpoint a, LinkEndpoint b) =>
        RandomStream.Key(seed, purpose, Math.Min(a.Identity, b.Identity), Math.Max(a.Identity, b.Identity));
}
