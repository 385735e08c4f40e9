namespace ShmWifi.Tests.RingPeer;

/// <summary>What a peer does.</summary>
internal enum Role
{
    /// <summary>A guest: fills and publishes TX slots.</summary>
    TxProducer,

    /// <summary>The host: reads TX slots in place and gives them back.</summary>
    TxConsumer,

    /// <summary>A guest: reads what RX descriptors point at and gives them back.</summary>
    RxConsumer,
}
