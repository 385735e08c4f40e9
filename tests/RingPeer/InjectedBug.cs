namespace ShmWifi.Tests.RingPeer;

/// <summary>A rule that a peer breaks, so that a test shows that its checks see it.</summary>
internal enum InjectedBug
{
    /// <summary>None: the peer keeps the protocol.</summary>
    None,

    /// <summary>Producer: the tail moves before the slot is written; (B) turned round.</summary>
    IndexBeforeSlot,

    /// <summary>No full fence between an index and the look at the peer's event index. Producer: (E) left out; consumer: (G).</summary>
    NoFence,

    /// <summary>Consumer: the slot is given back before it is read; (D) turned round.</summary>
    EarlyRelease,
}
