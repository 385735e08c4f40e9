using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Vms;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>A station and its access point, in a VM each: between them is measured.</summary>
internal sealed class VmPair(Member station, Member accessPoint)
{
    /// <summary>The station's VM, then the access point's.</summary>
    public IReadOnlyList<VirtualMachine> Ends { get; } = [station.Radio.Vm, accessPoint.Radio.Vm];

    /// <summary>Over our medium.</summary>
    public MeasuredPath Medium { get; } = MeasuredPath.OverAir(station, accessPoint);

    /// <summary>The same, from the access point to the station.</summary>
    public MeasuredPath Back { get; } = MeasuredPath.OverAir(accessPoint, station);

    /// <summary>Between the same two VMs over virtio-net and a bridge.</summary>
    public MeasuredPath Wired { get; } = MeasuredPath.OverWire(station, accessPoint);
}
