using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Support;

/// <summary>A fresh region in a memfd of its own.</summary>
internal sealed unsafe class RegionMemory : IDisposable
{
    /// <summary>Name of the memfd, as /proc/self/maps shows it.</summary>
    public const string Name = "shmwifi-ring-tests";

    /// <param name="more">Bytes of the memfd beyond the region.</param>
    public RegionMemory(RegionGeometry geometry, ulong more = 0)
    {
        Memory = SharedMemory.Create(Name, geometry.RegionSize + more);
        Region = Region.Create(Memory.Address, geometry, RegionFeatures.ByReference, epoch: 1);
    }

    public SharedMemory Memory { get; }

    public Region Region { get; }

    public void Dispose() => Memory.Dispose();
}
