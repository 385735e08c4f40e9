using System.Diagnostics;
using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Lab.Qemu;

/// <summary>How fast this machine's time stamp counter runs, which is also what a guest under TCG reads.</summary>
/// <remarks>
/// A guest measures it against an emulated timer when it boots. While this machine is busy that may fail by a factor of ten and more, and then
/// all its clocks and timers run that much too fast: stations give up before an answer can come. So the guest is told (<c>tsc_early_khz</c>).
/// </remarks>
internal static unsafe class HostTsc
{
    private const int MeasureMs = 100;

    // rdtsc; shl rdx, 32; or rax, rdx; ret
    private static readonly byte[] Code = [0x0f, 0x31, 0x48, 0xc1, 0xe2, 0x20, 0x48, 0x09, 0xd0, 0xc3];

    /// <summary>Ticks a millisecond, measured against CLOCK_MONOTONIC once.</summary>
    public static int Khz { get; } = Measure();

    private static int Measure()
    {
        void* page = mmap(null, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED)
            throw new LibCException("mmap of a page for rdtsc");
        Code.CopyTo(new Span<byte>(page, Code.Length));
        if (mprotect(page, 4096, PROT_READ | PROT_EXEC) != 0)
            throw new LibCException("mprotect of a page for rdtsc");
        var rdtsc = (delegate* unmanaged<ulong>)page;
        var (startTicks, start) = Both(rdtsc);
        Thread.Sleep(MeasureMs);
        var (endTicks, end) = Both(rdtsc);
        _ = munmap(page, 4096);
        return (int)((endTicks - startTicks) / Stopwatch.GetElapsedTime(start, end).TotalMilliseconds);
    }

    /// <summary>Both clocks at one moment: the try that was interrupted least.</summary>
    private static (ulong Ticks, long Stamp) Both(delegate* unmanaged<ulong> rdtsc)
    {
        var (best, ticks, stamp) = (ulong.MaxValue, 0UL, 0L);
        for (int attempt = 0; attempt < 20; attempt++)
        {
            ulong before = rdtsc();
            long between = Stopwatch.GetTimestamp();
            ulong after = rdtsc();
            if (after - before < best)
                (best, ticks, stamp) = (after - before, before + ((after - before) / 2), between);
        }

        return (ticks, stamp);
    }
}
