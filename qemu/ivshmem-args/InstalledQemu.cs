using System.ComponentModel;
using System.Diagnostics;

namespace ShmWifi.IvshmemArgs;

/// <summary>A QEMU binary of this machine.</summary>
internal static class InstalledQemu
{
    /// <summary>Why this binary cannot have our device: asks it for its list of devices.</summary>
    /// <returns>null when it can.</returns>
    public static string? Problem(string binary)
    {
        try
        {
            using var qemu = Process.Start(new ProcessStartInfo(binary, ["-device", "help"])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            qemu.StandardInput.Close();
            var errors = qemu.StandardError.ReadToEndAsync();
            string devices = qemu.StandardOutput.ReadToEnd();
            qemu.WaitForExit();
            if (qemu.ExitCode != 0)
                return $"'{binary} -device help' failed ({qemu.ExitCode}): {errors.Result.Trim()}";
            return devices.Contains("\"ivshmem-doorbell\"", StringComparison.Ordinal)
                ? null
                : $"'{binary}' has no ivshmem-doorbell; QEMU has it for guests with PCI on Linux hosts, unless built without it";
        }
        catch (Win32Exception e)
        {
            return $"'{binary}' cannot be run: {e.Message}";
        }
    }
}
