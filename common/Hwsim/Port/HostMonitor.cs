using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Hwsim.Port;

/// <summary>Decides whether the host serves us: it says that it runs, it has not shut the port, and it speaks when it is asked.</summary>
/// <remarks>It is asked for its clock once a second anyway; so a host that hangs is noticed although no ring is full.</remarks>
internal sealed class HostMonitor(Region region, GuestPort port)
{
    /// <summary>A host that says nothing for so long after it was asked does not serve us. Far more than a loaded machine makes it wait.</summary>
    public const long SilenceNs = 2_000_000_000;

    private long _askedNs;

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
        IsThere = MayAnswer && (_askedNs == 0 || nowNs - _askedNs < SilenceNs);
        return IsThere != wasThere;
    }
}
