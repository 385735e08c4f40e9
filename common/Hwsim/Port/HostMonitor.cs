using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Hwsim.Port;

/// <summary>Decides whether the host serves us: it says that it runs, it has not shut the port, and it speaks when it is asked.</summary>
/// <remarks>It is asked for its clock once a second anyway; so a host that hangs is noticed although no ring is full. One that says that it is
/// away may be back in a moment, with another engine: docs/decisions/0019.</remarks>
/// <param name="patienceNs">A host that says that it is away serves us for so long all the same: what is sent waits in the ring.</param>
internal sealed class HostMonitor(Region region, GuestPort port, long patienceNs)
{
    /// <summary>A host that says nothing for so long after it was asked does not serve us. Far more than a loaded machine makes it wait.</summary>
    public const long SilenceNs = 2_000_000_000;

    private long _askedNs;
    private long _awayNs; // since when it has said that it is; 0: it has not

    /// <summary>Whether it does.</summary>
    public bool IsThere { get; private set; } = true;

    /// <summary>Whether it is worth asking: if it does not serve us, then only because it is silent.</summary>
    public bool MayAnswer => region.HostState == HostState.Running && port.State == PortState.Attached;

    /// <summary>Why it does not, for people.</summary>
    public string Reason => port.State switch
    {
        PortState.Faulted when port.Fault == PortFault.AbiVersion =>
            $"it does not speak our ABI, {Abi.FormatVersion(Abi.Version)}: update shm-injector, or the host's shm-medium, so that both are of one "
                + $"version",
        PortState.Faulted when port.Fault == PortFault.HostFailure => "it failed while it served this VM; its log says how",
        PortState.Faulted => $"it has faulted our port: {port.Fault}",
        PortState.Free => "it has no VM on our port",
        _ => region.HostState == HostState.Running ? "it does not answer" : "shm-medium does not run",
    };

    /// <summary>It was asked something, or should have been, but the ring is full.</summary>
    /// <param name="nowNs">Our clock.</param>
    public void OnAsked(long nowNs) => _askedNs = _askedNs == 0 ? nowNs : _askedNs;

    /// <summary>It said something.</summary>
    public void OnReceived() => _askedNs = 0;

    /// <summary>Looks again.</summary>
    /// <param name="nowNs">Our clock.</param>
    /// <returns>Whether <see cref="IsThere"/> changed.</returns>
    public bool Update(long nowNs)
    {
        bool wasThere = IsThere;
        if (region.HostState == HostState.Running)
            _awayNs = 0;
        else if (_awayNs == 0)
            _awayNs = nowNs;
        bool isAway = _awayNs != 0 && nowNs - _awayNs >= patienceNs;
        IsThere = port.State == PortState.Attached && !isAway && !IsSilent(nowNs);
        return IsThere != wasThere;
    }

    /// <remarks>What it said while we stood still, and have not read, counts.</remarks>
    private bool IsSilent(long nowNs) => _askedNs != 0 && nowNs - _askedNs >= SilenceNs && port.Rx.CountReady() == 0;
}
