namespace ShmWifi.Tests.RingPeer;

/// <summary>What a peer found; its exit code.</summary>
internal enum Verdict
{
    /// <summary>All frames came once, whole and in order.</summary>
    Intact = 0,

    /// <summary>A frame is missing, or a later one overtook it.</summary>
    Lost = 10,

    /// <summary>A frame came again, or a slot still held its predecessor.</summary>
    Twice = 11,

    /// <summary>A frame is not as it was sent.</summary>
    Torn = 12,

    /// <summary>It slept, the ring was not empty, and no doorbell came.</summary>
    LostDoorbell = 13,

    /// <summary>The peer's index left its range.</summary>
    Broken = 14,

    /// <summary>The test that started it is gone.</summary>
    Orphaned = 20,
}
