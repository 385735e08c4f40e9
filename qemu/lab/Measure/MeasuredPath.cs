using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Vms;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Lab.Measure;

/// <summary>Who sends, and to which address: what a measurement goes over.</summary>
/// <param name="Enter">What goes before a command in it: <see cref="WifiInterface.Enter"/>.</param>
internal sealed record MeasuredPath(string From, string To, GuestExecutor Guest, string Enter, string Address)
{
    /// <summary>Over the lab's medium.</summary>
    public static MeasuredPath OverAir(Member from, Member to) => new(from.Name, to.Name, from.Radio.Vm.Guest, from.Radio.Enter, to.Address);

    /// <summary>Over the lab's bridge, between the same two VMs.</summary>
    public static MeasuredPath OverWire(Member from, Member to) =>
        new(from.Name, to.Name, from.Radio.Vm.Guest, "", WiredNetwork.Address(to.Radio.Vm.Index));

    /// <summary>Over the kernel's own medium in one VM.</summary>
    /// <param name="station">From <see cref="KernelFloor.StartAsync"/>.</param>
    public static MeasuredPath InKernel(WifiInterface station) =>
        new(station.Vm.Name, station.Vm.Name, station.Vm.Guest, station.Enter, KernelFloor.Address);
}
