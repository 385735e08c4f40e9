using System.Globalization;

namespace ShmWifi.Lab.Measure;

/// <summary>Memory of a guest, in KiB.</summary>
/// <remarks>Source: linux Documentation/filesystems/proc.rst, meminfo.</remarks>
/// <param name="AvailableKib">What programs could still have.</param>
/// <param name="SlabKib">The kernel's slabs.</param>
/// <param name="UnreclaimableKib">Those of them that cannot be given back.</param>
/// <param name="KernelKib">
/// All that the kernel holds for itself: neither free, nor of a process, nor a cache that
/// could be given back. Pages that a module takes are counted here and
/// nowhere else, so what leaks shows here, whatever it was taken from.
/// </param>
internal sealed record GuestMemory(long AvailableKib, long SlabKib, long UnreclaimableKib, long PercpuKib, long KernelKib)
{
    /// <summary>Of <see cref="KernelKib"/>, what are no slabs: whole pages, such as those of rings and of a region's page structs.</summary>
    public long PagesKib => KernelKib - UnreclaimableKib;

    /// <summary>For the guest's shell, when nothing else is asked of it: waits for what goes later,
    /// gives caches back, and prints what <see cref="Read"/> reads.</summary>
    public const string Script = "sync; sleep 1; echo 3 >/proc/sys/vm/drop_caches; cat /proc/sys/vm/stat_refresh; cat /proc/meminfo";

    /// <summary>Reads the file.</summary>
    /// <param name="meminfo">/proc/meminfo; other lines are passed over.</param>
    /// <exception cref="LabException">A field is missing.</exception>
    public static GuestMemory Read(string meminfo)
    {
        var kibibytes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string line in meminfo.Split('\n'))
        {
            if (line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries) is [var name, var number, "kB"])
                kibibytes[name] = long.Parse(number, CultureInfo.InvariantCulture);
        }

        return new GuestMemory(
            Of("MemAvailable"),
            Of("Slab"),
            Of("SUnreclaim"),
            Of("Percpu"),
            Of("MemTotal") - Of("MemFree") - Of("Buffers") - Of("Cached") - Of("SwapCached") - Of("AnonPages") - Of("SReclaimable"));

        long Of(string name) =>
            kibibytes.TryGetValue(name, out long value) ? value : throw new LabException($"/proc/meminfo has no {name}:\n{meminfo}");
    }
}
