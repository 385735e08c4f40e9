using ShmWifi.Lab.Topologies;

namespace ShmWifi.Lab.Qemu;

/// <summary>The machine that QEMU makes for guests of an architecture.</summary>
/// <param name="Program">The QEMU.</param>
/// <param name="Type">Its <c>-machine</c>.</param>
/// <param name="EmulatedCpu">Its <c>-cpu</c> under TCG.</param>
/// <param name="Console">The kernel's name of its serial port.</param>
internal sealed record Machine(string Program, string Type, string EmulatedCpu, string Console)
{
    private static readonly Machine Pc = new("qemu-system-x86_64", "pc", "max", "ttyS0");

    // With GICv3 comes the ITS, whose MSI-X vectors are as many as devices want. The Cortex-A76 has atomic instructions (LSE) and AES, and no pointer
    // authentication, which costs TCG a hash of many rounds at each call.
    private static readonly Machine Virt = new("qemu-system-aarch64", "virt,gic-version=3", "cortex-a76", "ttyAMA0");

    /// <summary>A VM's.</summary>
    public static Machine Of(VmSpec vm) => vm.Architecture == GuestArchitecture.Arm64 ? Virt : Pc;
}
