using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ShmWifi.Perf.EndToEnd.Rings;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>Walks over more memory than the caches hold, on every core, so that what others had in caches and TLBs is gone.</summary>
internal sealed unsafe class CacheEvictor : IDisposable
{
    private const int Line = 64;
    private const long FallbackSize = 32 << 20; // where the kernel tells of no cache
    private readonly long _size = 2 * LargestCache();
    private readonly byte* _memory;

    /// <summary>Takes the memory.</summary>
    public CacheEvictor()
    {
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)_size);
        for (long i = 0; i < _size; i += Environment.SystemPageSize)
            _memory[i] = 1; // a page of its own
    }

    /// <summary>Walks.</summary>
    public void Evict() => Task.WaitAll([.. Cores.Allowed().Select(core => Cores.RunOn(core, Walk))]);

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(_memory);

    /// <summary>Source: linux Documentation/ABI/testing/sysfs-devices-system-cpu, cache/index*/size: "32768K".</summary>
    private static long LargestCache()
    {
        const string Caches = "/sys/devices/system/cpu/cpu0/cache";
        return Directory.Exists(Caches)
            ? Directory.EnumerateDirectories(Caches, "index*")
                .Max(cache => long.Parse(File.ReadAllText(Path.Combine(cache, "size")).TrimEnd('\n', 'K'), null) * 1024)
            : FallbackSize;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Walk()
    {
        for (long i = 0; i < _size; i += Line)
            Volatile.Read(ref _memory[i]);
    }
}
