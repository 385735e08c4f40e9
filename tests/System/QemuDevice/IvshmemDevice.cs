using System.Diagnostics;
using System.Net.Sockets;

namespace ShmWifi.Tests.System.QemuDevice;

/// <summary>The real QEMU with an ivshmem-doorbell device and no guest: its CPU is stopped, and qtest stands in for it.</summary>
/// <remarks>Source: qemu docs/specs/ivshmem-spec, "Device registers"; PCI Local Bus 3.0, 6.8.2 (MSI-X).</remarks>
public sealed class IvshmemDevice : IDisposable
{
    private const ulong Bar0 = 0xfeb0_0000;
    private const ulong Bar1 = 0xfeb0_1000;
    private const ulong Bar2 = 0xe000_0000;
    private const uint VendorAndDevice = 0x1110_1af4;
    private const byte MsixCapability = 0x11;
    private const uint MsixEnable = 0x8000_0000;
    private const uint MemoryAndBusMaster = 6;
    private readonly string _folder = Directory.CreateTempSubdirectory("shmwifi-qtest").FullName;
    private readonly Process _qemu;
    private readonly QtestClient _qtest;
    private int _slot;
    private byte _msix;

    /// <summary>Starts QEMU and programs the device's BARs, as firmware does.</summary>
    public IvshmemDevice(string socket)
    {
        string path = Path.Combine(_folder, "qtest.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        _qemu = Process.Start(
            new ProcessStartInfo(
                "qemu-system-x86_64",
                [
                    "-S", "-nodefaults", "-no-user-config", "-display", "none", "-machine", "pc", "-m", "16", "-qtest", $"unix:{path}", "-qtest-log",
                    "none",
                    "-chardev", $"socket,path={socket},id=shm", "-device", "ivshmem-doorbell,chardev=shm,vectors=1",
                ])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            })!;
        if (!SpinWait.SpinUntil(() =>
            listener.Poll(TimeSpan.FromMilliseconds(10), SelectMode.SelectRead) || _qemu.HasExited, TimeSpan.FromSeconds(30)) || _qemu.HasExited)
        {
            Kill();
            throw new IOException($"QEMU did not come: {_qemu.StandardError.ReadToEnd()}");
        }
        _qtest = new QtestClient(listener.Accept());
        Program();
    }

    /// <summary>QEMU's process.</summary>
    public int Pid => _qemu.Id;

    /// <summary>Whether it runs.</summary>
    public bool IsAlive => !_qemu.HasExited;

    /// <summary>The CPU.</summary>
    public QtestClient Cpu => _qtest;

    /// <summary>Our peer ID: BAR0's IVPosition.</summary>
    public uint IvPosition => _qtest.ReadL(Bar0 + 8);

    /// <summary>Bytes of BAR2.</summary>
    public ulong RegionSize { get; private set; }

    /// <summary>Whether the device has no legacy interrupt.</summary>
    public bool HasNoInterruptPin => (byte)(ReadConfig(0x3c) >> 8) == 0;

    /// <summary>The address of an offset in the region.</summary>
    public static ulong RegionAt(ulong offset) => Bar2 + offset;

    /// <summary>BAR0's doorbell.</summary>
    public void Ring(ushort peer, ushort vector = 0) => _qtest.WriteL(Bar0 + 12, ((uint)peer << 16) | vector);

    /// <summary>Has vector 0 write a word to memory, and enables MSI-X.</summary>
    /// <param name="isMasked">Whether the vector is masked: then an interrupt stays pending.</param>
    public void EnableMsix(ulong address, uint data, bool isMasked)
    {
        ulong entry = MsixTable(4);
        _qtest.WriteL(entry, (uint)address);
        _qtest.WriteL(entry + 4, (uint)(address >> 32));
        _qtest.WriteL(entry + 8, data);
        _qtest.WriteL(entry + 12, isMasked ? 1u : 0);
        WriteConfig(_msix, ReadConfig(_msix) | MsixEnable);
    }

    /// <summary>Clears the mask of vector 0.</summary>
    public void Unmask() => _qtest.WriteL(MsixTable(4) + 12, 0);

    /// <summary>The pending bit of vector 0.</summary>
    public bool IsPending => (_qtest.ReadL(MsixTable(8)) & 1) != 0;

    /// <summary>SIGKILL.</summary>
    /// <returns>How it exited: 137 is our signal.</returns>
    public int Kill()
    {
        if (!_qemu.HasExited)
            _qemu.Kill();
        _qemu.WaitForExit();
        return _qemu.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _qtest.Dispose();
        _qemu.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Program()
    {
        _slot = Enumerable.Range(0, 32).First(slot => ReadConfig(0, slot) == VendorAndDevice);
        WriteConfig(0x18, uint.MaxValue);
        RegionSize = ~(ulong)(ReadConfig(0x18) & ~0xfu) + 1 & uint.MaxValue;
        WriteConfig(0x10, (uint)Bar0);
        WriteConfig(0x14, (uint)Bar1);
        WriteConfig(0x18, (uint)Bar2);
        WriteConfig(0x1c, 0);
        WriteConfig(0x04, MemoryAndBusMaster);
        for (_msix = (byte)ReadConfig(0x34); (byte)ReadConfig(_msix) != MsixCapability;)
            _msix = (byte)(ReadConfig(_msix) >> 8);
    }

    /// <summary>The table (capability + 4) or the pending bits (+ 8); both are in BAR1.</summary>
    private ulong MsixTable(byte offset)
    {
        uint where = ReadConfig((byte)(_msix + offset));
        Assert.That(where & 7, Is.EqualTo(1), "in BAR1");
        return Bar1 + (where & ~7u);
    }

    private uint ReadConfig(byte register, int? slot = null)
    {
        _qtest.OutL(0xcf8, 0x8000_0000 | ((uint)(slot ?? _slot) << 11) | register);
        return _qtest.InL(0xcfc);
    }

    private void WriteConfig(byte register, uint value)
    {
        _qtest.OutL(0xcf8, 0x8000_0000 | ((uint)_slot << 11) | register);
        _qtest.OutL(0xcfc, value);
    }
}
