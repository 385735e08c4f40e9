using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.RingPeer;

/// <summary>A port's raw words: for a host end that takes over where the words stand, and for tests that look or meddle.</summary>
internal static unsafe class PortWords
{
    /// <summary>The header of a port.</summary>
    /// <param name="port">Below the port count.</param>
    public static PortHeader* Header(Region region, int port) =>
        (PortHeader*)(region.Address + RegionGeometry.PortsOffset + ((ulong)port * region.Geometry.PortStride));

    /// <summary>The host's end of a TX ring.</summary>
    /// <param name="port">Below the port count.</param>
    public static RingConsumer TxConsumer(Region region, int port)
    {
        var header = Header(region, port);
        return new RingConsumer(
            new SharedIndex(&header->TxTail),
            new SharedIndex(&header->TxHead),
            new SharedIndex(&header->TxAvailEvent),
            new SharedIndex(&header->TxFreeEvent),
            region.Geometry.TxSlots);
    }
}
