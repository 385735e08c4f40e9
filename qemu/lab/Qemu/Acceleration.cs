using System.Diagnostics;

namespace ShmWifi.Lab.Qemu;

/// <summary>Whether KVM truly runs a guest here, which /dev/kvm alone does not tell.</summary>
internal static class Acceleration
{
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(5);

    /// <summary>"kvm" when a Linux guest speaks under it within seconds, else "tcg". The answer is kept until the next boot.</summary>
    public static string Detect(string kernel)
    {
        if (!File.Exists("/dev/kvm"))
            return "tcg";
        string boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        string cache = Path.Combine(Checkout.Cache, "acceleration");
        if (File.Exists(cache) && File.ReadAllText(cache).Split(' ') is [var cachedBoot, var cached] && cachedBoot == boot)
            return cached;
        string accel = GuestSpeaks(kernel) ? "kvm" : "tcg";
        Directory.CreateDirectory(Checkout.Cache);
        File.WriteAllText(cache, $"{boot} {accel}");
        return accel;
    }

    private static bool GuestSpeaks(string kernel)
    {
        var start = new ProcessStartInfo("setpriv") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in (string[])
            ["--pdeathsig", "KILL", "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-accel", "kvm",
             "-m", "128", "-kernel", kernel, "-append", "console=ttyS0 earlyprintk=serial,ttyS0", "-serial", "stdio"])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var spoken = Task.Run(() =>
        {
            while (process.StandardOutput.ReadLine() is { } line)
            {
                if (line.Contains("Linux version", StringComparison.Ordinal))
                    return true;
            }

            return false;
        });
        bool speaks = spoken.Wait(ProbeLimit) && spoken.Result;
        process.Kill();
        process.WaitForExit();
        return speaks;
    }
}
