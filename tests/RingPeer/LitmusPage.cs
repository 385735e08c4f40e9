using ShmWifi.RingBuffer;

namespace ShmWifi.RingPeer;

/// <summary>A page after the region: what the peers tell each other beside the ring.</summary>
/// <remarks>0x000 decided u32, the producer writes: frames whose doorbell it has rung or left out.</remarks>
public static unsafe class LitmusPage
{
    /// <summary>Bytes.</summary>
    public const ulong Size = 4096;

    /// <summary>The producer's tail, stored after it rang or did not.</summary>
    /// <param name="region">The region that it follows.</param>
    public static SharedIndex Decided(Region region) => new((uint*)(region.Address + region.Size));
}
