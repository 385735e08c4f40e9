using System.Diagnostics;
using System.Globalization;
using ShmWifi.Lab;
using ShmWifi.Lab.Processes;

namespace ShmWifi.Tests.System.Systemd;

/// <summary>A Debian of its own whose first process is systemd, with shm-medium and its units as a package would install them.</summary>
/// <remarks>
/// systemd-nspawn(1) on a root that mmdebstrap(1) has made once; what the container writes goes with it. Of this machine it has shm-medium as it was
/// built, and the .NET that runs it. Its sockets are reached from outside through <c>/proc/PID/root</c>.
/// </remarks>
internal sealed class SystemdContainer : IDisposable
{
    private const string Tools = "mmdebstrap and systemd-container";
    private readonly Process _nspawn;
    private readonly int _first;

    private SystemdContainer(Process nspawn, int first) => (_nspawn, _first) = (nspawn, first);

    /// <summary>Boots one that has the daemon and all units, as they were built.</summary>
    /// <param name="suite">Of Debian: bookworm, trixie.</param>
    /// <exception cref="LabException">It does not come up.</exception>
    public static SystemdContainer Boot(string suite)
    {
        string guestUnits = Path.Combine(Checkout.Root, "guest/ShmInjector/systemd");
        return BootWithMedium(DebianRoot.Make(suite),
        [
            "--bind-ro", $"{Path.Combine(Checkout.Cache, "injector/shm-injector")}:/usr/bin/shm-injector",
            "--bind-ro", $"{guestUnits}/shm-injector.service:/usr/lib/systemd/system/shm-injector.service",
            "--bind-ro", $"{guestUnits}/shm-radios.service:/usr/lib/systemd/system/shm-radios.service",
        ]);
    }

    /// <summary>Boots one that has libvirt, the daemon and its hook.</summary>
    /// <param name="suite">Of Debian: bookworm, trixie.</param>
    /// <param name="guest">A folder of this machine with what domains boot, /guest there.</param>
    /// <exception cref="LabException">It does not come up.</exception>
    public static SystemdContainer BootWithLibvirt(string suite, string guest) => BootWithMedium(
        DebianRoot.Make(suite, "libvirt", "libvirt-daemon-system,libvirt-clients,qemu-system-x86,apparmor"),
        [
            "--bind-ro", $"{guest}:/guest",
            "--bind-ro", $"{Path.Combine(Checkout.Root, "packaging/libvirt-hook")}:/etc/libvirt/hooks/qemu.d/shm-medium",
        ]);

    private static SystemdContainer BootWithMedium(string root, string[] binds)
    {
        string medium = Path.GetDirectoryName(Checkout.Medium)!;
        string units = Path.Combine(Checkout.Root, "host/ShmMedium/systemd");
        var container = Boot(root,
        [
            "--bind-ro", $"{DotnetRoot}:/usr/share/dotnet",
            "--bind-ro", $"{medium}:/usr/lib/shm-medium",
            "--bind-ro", $"{units}/shm-medium.service:/usr/lib/systemd/system/shm-medium.service",
            "--bind-ro", $"{units}/shm-medium.sysusers:/usr/lib/sysusers.d/shm-medium.conf",
            .. binds,
        ]);
        container.Run("ln -s /usr/lib/shm-medium/shm-medium /usr/bin/shm-medium && systemd-sysusers && systemctl daemon-reload");
        return container;
    }

    /// <summary>Boots one that has nothing of ours, but what is to be installed, and what our packages depend on and are looked at by.</summary>
    /// <param name="suite">Of Debian: bookworm, trixie.</param>
    /// <param name="packages">A folder of this machine, /packages there.</param>
    /// <exception cref="LabException">It does not come up.</exception>
    public static SystemdContainer BootForPackages(string suite, string packages) => Boot(
        DebianRoot.Make(suite, "packages", "man-db,bash-completion,zsh,fish,dkms,linux-headers-amd64,curl,tshark"),
        ["--bind-ro", $"{packages}:/packages"]);

    /// <summary>Boots one that has nothing of ours, and this machine's network, to have packages from Debian's archive.</summary>
    /// <param name="suite">Of Debian: bookworm, trixie.</param>
    /// <param name="folder">A folder of this machine, /lab there, which may be written to.</param>
    /// <exception cref="LabException">It does not come up.</exception>
    public static SystemdContainer BootWithNetwork(string suite, string folder) =>
        Boot(DebianRoot.Make(suite), ["--bind", $"{folder}:/lab"], isAlone: false);

    private static SystemdContainer Boot(string root, string[] options, bool isAlone = true)
    {
        if (isAlone)
            options = ["--private-network", .. options];
        var start = new ProcessStartInfo("systemd-nspawn",
        [
            "--quiet", "--register=no", "--keep-unit", "--volatile=overlay", "--console=pipe", "--boot", "--directory", root, .. options,
        ])
        { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SYSTEMD_NSPAWN_UNIFIED_HIERARCHY"] = "1"; // whatever this machine's is
        var nspawn = Start(start);
        try
        {
            int first = 0;
            Deadline.Until(() => (first = ChildProcesses.Of(nspawn.Id).SingleOrDefault(IsSystemd)) != 0, "the container's first process");
            var container = new SystemdContainer(nspawn, first);
            Deadline.Until(() => container.TryRun("systemctl is-system-running").Output.Trim() is "running" or "degraded", "systemd's start");
            return container;
        }
        catch
        {
            End(nspawn);
            throw;
        }
    }

    /// <summary>A file of the container as this machine sees it.</summary>
    public string PathOf(string path) => $"/proc/{_first.ToString(CultureInfo.InvariantCulture)}/root{path}";

    /// <summary>Runs a shell's command in it.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="LabException">It failed.</exception>
    public string Run(string command)
    {
        var (code, output) = TryRun(command);
        return code == 0 ? output.TrimEnd() : throw new LabException($"'{command}' ended with exit code {code}: {output}");
    }

    /// <summary>Runs a shell's command in it, which may fail.</summary>
    public (int Code, string Output) TryRun(string command)
    {
        using var process = Start(command);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    /// <summary>Starts a shell's command in it.</summary>
    /// <returns>Standard input is ours; standard output has standard error, too.</returns>
    public Process Start(string command) => Start(new ProcessStartInfo("nsenter",
        ["--target", _first.ToString(CultureInfo.InvariantCulture), "--all", "--", "/bin/sh", "-c", $"{{ {command}; }} 2>&1"])
    { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true });

    /// <inheritdoc/>
    public void Dispose() => End(_nspawn);

    private static string DotnetRoot => Path.GetFullPath("../../..", Path.GetDirectoryName(typeof(object).Assembly.Location)!);

    private static bool IsSystemd(int process) => ChildProcesses.Read($"/proc/{process}/comm").Trim() == "systemd";

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (global::System.ComponentModel.Win32Exception exception)
        {
            throw new LabException($"{start.FileName}: {exception.Message}; it needs {Tools} (apt-get install)");
        }
    }

    /// <summary>The end of a container's first process is that of all of them.</summary>
    private static void End(Process nspawn)
    {
        foreach (int first in ChildProcesses.Of(nspawn.Id))
            _ = Tmds.Linux.LibC.kill(first, Tmds.Linux.LibC.SIGKILL);
        if (!nspawn.WaitForExit(Deadline.Limit))
            nspawn.Kill();
        nspawn.Dispose();
    }
}
