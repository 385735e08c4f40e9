namespace ShmWifi.Tests.RingPeer;

/// <summary>How a peer waits for the other.</summary>
internal enum Pace
{
    /// <summary>It looks again and again.</summary>
    Poll,

    /// <summary>It arms the event index and sleeps on its eventfd.</summary>
    Sleep,

    /// <summary>
    /// Frame by frame, both at once: the producer publishes while the consumer arms. After each round the producer says that
    /// it has decided about the doorbell, and the consumer judges: armed, not rung, ring not empty is a lost doorbell.
    /// </summary>
    Litmus,

    /// <summary>Its mirror: on a full ring the consumer gives a slot back while the producer arms, and the producer judges.</summary>
    FreeLitmus,
}
