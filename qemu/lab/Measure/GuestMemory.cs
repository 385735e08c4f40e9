using System.Globalization;

namespace ShmWifi.Lab.Measure;

/// <summary>Memory of a guest, in KiB.</summary>
/// <remarks>Source: linux Documentation/filesystems/proc.rst, meminfo and zoneinfo.</remarks>
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
    public const string Script =
        "sync; sleep 1; echo 3 >/proc/sys/vm/drop_caches; grep -m1 KernelPageSize /proc/self/smaps; cat /proc/sys/vm/stat_refresh; "
            + "cat /proc/zoneinfo /proc/meminfo";

    /// <summary>Reads the files.</summary>
    /// <param name="files">/proc/zoneinfo, /proc/meminfo and a KernelPageSize of /proc/PID/smaps; other lines are passed over.</param>
    /// <exception cref="LabException">A field is missing.</exception>
    public static GuestMemory Read(string files)
    {
        var kibibytes = new Dictionary<string, long>(StringComparer.Ordinal);
        long pagesOfCpus = 0; // freed, on a CPU's own list for the next that wants one: MemFree is without them
        foreach (string line in files.Split('\n'))
        {
            switch (line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries))
            {
                case [var name, var number, "kB"]:
                    kibibytes[name] = long.Parse(number, CultureInfo.InvariantCulture);
                    break;
                case ["count", var number]:
                    pagesOfCpus += long.Parse(number, CultureInfo.InvariantCulture);
                    break;
            }
        }

        return new GuestMemory(
            Of("MemAvailable"),
            Of("Slab"),
            Of("SUnreclaim"),
            Of("Percpu"),
            Of("MemTotal") - Of("MemFree") - (pagesOfCpus * Of("KernelPageSize"))
                - Of("Buffers") - Of("Cached") - Of("SwapCached") - Of("AnonPages") - Of("SReclaimable"));

        long Of(string name) =>
            kibibytes.TryGetValue(name, out long value) ? value : throw new LabException($"/proc/meminfo and the others have no {name}:\n{files}");
    }
}
