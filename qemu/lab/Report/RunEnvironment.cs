using System.Globalization;
using System.Runtime.InteropServices;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Qemu;

namespace ShmWifi.Lab.Report;

/// <summary>Where and with what a run was measured.</summary>
internal sealed record RunEnvironment
{
    /// <summary>The checkout's commit, "-dirty" when files differ from it; null outside a git checkout.</summary>
    public required string? Commit { get; init; }

    /// <summary>When the run started.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>The processor's model.</summary>
    public required string Cpu { get; init; }

    /// <summary>Processors that this process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>The host's kernel.</summary>
    public required string Kernel { get; init; }

    /// <summary>The runtime, such as ".NET 10.0.1".</summary>
    public required string Runtime { get; init; }

    /// <summary>QEMU's version; null when it runs no VM.</summary>
    public string? Qemu { get; init; }

    /// <summary>"kvm" or "tcg"; "native" of User-Mode-Linux; null when no VM was asked for.</summary>
    public string? Accel { get; init; }

    /// <summary>The guests' kernel; null when no VM was asked for.</summary>
    public string? GuestKernel { get; init; }

    /// <summary>Load average over a minute before the first measurement: what else the machine did.</summary>
    public required double LoadAtStart { get; init; }

    /// <summary>Load average over a minute after the last measurement: includes the run itself.</summary>
    public double? LoadAtEnd { get; init; }

    /// <summary>Looks at this machine.</summary>
    /// <param name="guest">Of the guests, a <see cref="Topologies.VmSpec.Guest"/>; null when no VM is measured.</param>
    public static RunEnvironment Look(string? guest) => new()
    {
        Commit = FindCommit(),
        Date = DateTimeOffset.UtcNow,
        Cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ", 2)[1]
            ?? $"{RuntimeInformation.ProcessArchitecture}",
        Cores = Environment.ProcessorCount,
        Kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        Runtime = RuntimeInformation.FrameworkDescription,
        Qemu = guest == null || IsUml(guest) ? null : HostCommand.Run("qemu-system-x86_64", "--version").Output.Split('\n')[0]
            .Replace("QEMU emulator version ", "", StringComparison.Ordinal),
        Accel = guest == null ? null : IsUml(guest) ? "native" : Acceleration.Detect(Checkout.Kernel(guest)),
        GuestKernel = guest == null ? null : FindGuestKernel(guest),
        LoadAtStart = ReadLoad(),
    };

    /// <summary>The same at the end of the run.</summary>
    public RunEnvironment End() => this with { LoadAtEnd = ReadLoad() };

    /// <summary>For a reader, a line each.</summary>
    public IEnumerable<string> Describe()
    {
        yield return $"{Date:yyyy-MM-dd HH:mm} UTC, commit {Commit ?? "unknown"}";
        yield return $"{Cpu}, {Cores} {(Cores == 1 ? "core" : "cores")}, Linux {Kernel}, {Runtime}";
        if (Accel != null)
            yield return $"{(Qemu is null ? "User-Mode-Linux" : $"QEMU {Qemu}")}, {Accel}, guests with Linux {GuestKernel}";
        yield return $"load average {LoadAtStart:0.00} before and {LoadAtEnd:0.00} after the run";
    }

    private static string? FindCommit()
    {
        if (!Path.Exists(Path.Combine(Checkout.Root, ".git")))
            return null;
        return HostCommand.Run("git", "-C", Checkout.Root, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*").Output.Trim();
    }

    private static bool IsUml(string guest) => guest.EndsWith(Checkout.Uml, StringComparison.Ordinal);

    /// <summary>By the name of its file, such as "6.12.9-amd64".</summary>
    private static string FindGuestKernel(string guest)
    {
        string name = IsUml(guest) ? "linux-" : "vmlinuz-";
        string folder = Path.Combine(Checkout.Cache, "kernel", guest, "root", "boot");
        return Path.GetFileName(Directory.GetFiles(folder, name + "*").Single())[name.Length..];
    }

    private static double ReadLoad() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
}
