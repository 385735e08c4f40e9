using System.Net.Sockets;
using ShmWifi.Configuration;
using ShmWifi.RingBuffer;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Logging;

namespace ShmWifi.ShmMedium.Cli;

/// <summary>Has an engine that waits serve once, and take over from itself, on sockets and memory of its own.</summary>
/// <remarks><see cref="MethodCompiler"/> cannot compile what generics of the framework are instantiated over: some 150 methods,
/// which took half of the time for which nobody served.</remarks>
internal static class Rehearsal
{
    private const string Prefix = "shm-medium-rehearsal-";
    private const uint Slots = RegionGeometry.MinLength;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    /// <summary>What it cannot do now it says at its turn.</summary>
    /// <param name="configuration">What it will serve.</param>
    /// <param name="isEnough">Asked between the two.</param>
    /// <returns>Whether the VM of its own was served, and taken over.</returns>
    public static bool Run(DaemonConfiguration configuration, Func<bool> isEnough)
    {
        try
        {
            RemoveOfDead();
            string folder = Directory.CreateTempSubdirectory($"{Prefix}{Environment.ProcessId}-").FullName;
            try
            {
                return Run(configuration, folder, isEnough);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException or OperationCanceledException)
        {
            return false; // its turn takes longer, or is refused with this reason
        }
    }

    /// <summary>Removes the folders of those who were killed meanwhile.</summary>
    private static void RemoveOfDead()
    {
        foreach (string folder in Directory.EnumerateDirectories(Path.GetTempPath(), $"{Prefix}*"))
        {
            if (Directory.Exists($"/proc/{Path.GetFileName(folder)[Prefix.Length..].Split('-')[0]}"))
                continue;
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another user's, or gone by now.
            }
        }
    }

    private static bool Run(DaemonConfiguration configuration, string folder, Func<bool> isEnough)
    {
        string socket = Path.Combine(folder, "vm.sock");
        var own = configuration with
        {
            Geometry = new RegionGeometry(Ports: 1, Slots, Slots, Slots),
            Socket = socket,
            Vms = [],
            Local = false,
            VirtualTime = null,
            Control = new ControlConfiguration(Path.Combine(folder, "control.sock")),
            Metrics = null,
            Web = null,
            Trunk = null,
            Capture = null,
            Scheduling = Scheduling.Normal,
        };
        using var store = new LocalDescriptorStore();
        using var vm = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        return Serve(() => vm.Connect(new UnixDomainSocketEndPoint(socket)), () => { }) && !isEnough() && Serve(() => { }, vm.Close);

        // A daemon leaves what its VMs use open, as it does for a successor.
        bool Serve(Action begin, Action end)
        {
            using var log = new MediumLog();
            using var daemon = new Daemon(own, Path.Combine(folder, "state.json"), log, _ => { }, store);
            begin();
            bool isServed = SpinWait.SpinUntil(() => daemon.Snapshots.Take().Vms.Count != 0, s_limit);
            end();
            return isServed && SpinWait.SpinUntil(() => daemon.Engine.Ports.Count == (vm.Connected ? 1 : 0), s_limit);
        }
    }
}
