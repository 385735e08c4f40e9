using ShmWifi.Lab;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Topologies;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.Tests.RingPeer;
using static Tmds.Linux.LibC;
using Role = ShmWifi.Tests.RingPeer.Role;

namespace ShmWifi.Tests.System.Rings;

/// <summary>A VM with RingPeer in it, and one region that RingPeer has there and here: the device's BAR, and its memory.</summary>
internal sealed class RingGuest : IAsyncDisposable
{
    private const int Port = 0;
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(3);
    private static readonly RegionGeometry Geometry = new(Ports: 1, TxSlots: 16, RxDescriptors: 16, PoolSlots: 16);

    private readonly IvshmemServer _server;
    private readonly Region _region;
    private readonly FileDescriptor _memory;
    private readonly FileDescriptor _kick;
    private readonly FileDescriptor _call;
    private LabInstance? _lab;

    private unsafe RingGuest(string folder)
    {
        _server = new IvshmemServer(folder, 0x10, Geometry.RegionSize * 2); // the page behind the region is LitmusPage
        _region = Region.Create(_server.Memory.Address, Geometry, RegionFeatures.ByReference, epoch: 1);
        _memory = Inherited(_server.Memory.Descriptor);
        _kick = Inherited(_server.Kick);
        _call = Inherited(_server.Call);
    }

    /// <summary>Boots it.</summary>
    public static async Task<RingGuest> StartAsync(VmSpec vm)
    {
        var directory = new LabDirectory($"rings-{vm.Guest.Replace('.', '-')}");
        directory.Prepare([vm.Name]);
        var guest = new RingGuest(directory.Path);
        try
        {
            await guest.BootAsync(directory, vm);
            return guest;
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a ring anew and runs its two ends to their verdicts.</summary>
    /// <param name="guest">The guest's end; this machine has the other.</param>
    /// <param name="start">Of the ring's indices.</param>
    /// <param name="frames">How many pass.</param>
    /// <param name="bug">The guest's.</param>
    /// <returns>The first that is not intact, or that of both.</returns>
    public async Task<Verdict> RunAsync(Role guest, Pace pace, uint start, uint frames, InjectedBug bug = InjectedBug.None)
    {
        Rewind(start);
        var options = new PeerOptions { Role = guest, Size = _server.Memory.Size, Port = Port, Until = start + frames, Pace = pace };
        var there = RunThereAsync(options with { Break = bug, Device = "/dev/uio0" });
        using var here = PeerProcess.Start(options with
        {
            Role = guest == Role.TxProducer ? Role.TxConsumer : Role.TxProducer,
            Memory = _memory.Descriptor,
            Wake = _kick.Descriptor,
            Ring = _call.Descriptor,
        });
        var ours = Task.Run(here.WaitForVerdict);
        var first = await await Task.WhenAny(there, ours);
        if (first == Verdict.Intact)
            return await there is not Verdict.Intact and var found ? found : await ours;
        // The other would wait forever.
        if (!here.HasExited)
            here.Kill();
        await Executor.TryRunAsync("killall RingPeer", RunLimit);
        return first;
    }

    /// <summary>The kernel log.</summary>
    public Task<string> KernelLogAsync() => Executor.RunAsync("reading the kernel log", "dmesg", RunLimit);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_lab is { } lab)
            await lab.DisposeAsync();
        _memory.Dispose();
        _kick.Dispose();
        _call.Dispose();
        _server.Dispose();
    }

    private Lab.Guest.GuestExecutor Executor => _lab!.Vms[0].Guest;

    private static FileDescriptor Inherited(int descriptor) => FileDescriptor.Of(dup(descriptor), "dup");

    private unsafe void Rewind(uint start)
    {
        _region.Detach(Port);
        _ = _region.Attach(Port, IvshmemServer.VmPeerId, "guest");
        var port = PortWords.Header(_region, Port);
        port->TxTail = port->TxHead = port->TxAvailEvent = port->TxFreeEvent = start;
        LitmusPage.Decided(_region).StoreRelease(start);
    }

    /// <remarks>It ends when its standard input does, so that is held open.</remarks>
    private async Task<Verdict> RunThereAsync(PeerOptions options)
    {
        var (exitCode, output) = await Executor.TryRunAsync($"""
            [ -p /tmp/held ] || mkfifo /tmp/held
            exec 3<>/tmp/held
            exec RingPeer {string.Join(' ', options.ToArguments())} <&3
            """, RunLimit);
        return Enum.IsDefined((Verdict)exitCode)
            ? (Verdict)exitCode
            : throw new InvalidOperationException($"RingPeer ended with {exitCode} in the guest: {output}");
    }

    private async Task BootAsync(LabDirectory directory, VmSpec vm)
    {
        string[] arguments = ["-initrd", InitramfsWithPeer(vm, directory.Path), .. _server.QemuArguments];
        var served = _server.ServeAsync();
        var topology = new Topology(Path.GetFileName(directory.Path), PerVmIsolation: false, [vm with { QemuArguments = arguments }]);
        await Progress.RunAsync(async progress => _lab = await LabInstance.StartAsync(topology, directory, progress, CancellationToken.None));
        await served;
    }

    private static string InitramfsWithPeer(VmSpec vm, string folder)
    {
        string runtime = vm.Architecture == GuestArchitecture.Arm64 ? "linux-arm64" : "linux-x64";
        string artifacts = Path.Combine(Checkout.Cache, "test-guest", runtime);
        HostCommand.Run(
            "dotnet", "publish", Path.Combine(Checkout.Root, "tests/RingPeer"), "-c", "Release", "-r", runtime, "-v", "quiet", "--nologo",
            "--artifacts-path", artifacts, "-o", Path.Combine(artifacts, "published"));
        return GuestInitramfs.Make(vm.Guest, folder, tree =>
        {
            string bin = Directory.CreateDirectory(Path.Combine(tree, "bin")).FullName;
            File.Copy(Path.Combine(artifacts, "published/RingPeer"), Path.Combine(bin, "RingPeer"));
        });
    }
}
