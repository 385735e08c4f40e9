using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.RingPeer;

// 0x000 decided    u32   who rings writes: frames whose doorbell it has rung or left out
// 0x080 ballast[8] u32   both write; a pair of cache lines each

/// <summary>A page after the region: what the peers of a litmus run share beside the ring.</summary>
internal static unsafe class LitmusPage
{
    /// <summary>Bytes.</summary>
    public const ulong Size = 4096;

    private const int Ballast = 8;

    /// <summary>The producer's tail, or in a <see cref="Pace.FreeLitmus"/> the consumer's head, stored after it rang or did not.</summary>
    public static SharedIndex Decided(Region region) => new((uint*)(region.Address + region.Size));

    /// <summary>Fills the store buffer: these stores wait for lines that the other side wrote last, and the next store waits behind them.</summary>
    public static void LoadStoreBuffer(Region region)
    {
        byte* line = region.Address + region.Size;
        for (int count = 0; count < Ballast; count++)
        {
            line += Abi.Line;
            *(uint*)line = 1;
        }
    }
}
