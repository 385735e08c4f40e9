using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Injector.Air;

/// <summary>Decides whether the host takes frames: it says that it runs, it has not faulted the port, and a full ring moves.</summary>
/// <param name="region">The region.</param>
/// <param name="port">The port.</param>
internal sealed class HostWatch(Region region, GuestPort port)
{
    /// <summary>A full ring that stands still for so long has nobody who drains it.</summary>
    public const long StallNs = 1_000_000_000;

    private uint _stalledHead;
    private long _blockedSinceNs;
    private bool _isStalled;

    /// <summary>Whether it does.</summary>
    public bool IsThere { get; private set; } = true;

    /// <summary>Why it does not, for people.</summary>
    public string Reason => port.State switch
    {
        PortState.Faulted => $"it has shut our port: {port.Fault}",
        PortState.Free => "it has no VM on our port",
        _ => region.HostState == HostState.Running ? "it takes no frames" : "shm-medium does not run",
    };

    /// <summary>Looks again.</summary>
    /// <param name="nowNs">Our clock.</param>
    /// <param name="isBlocked">Whether frames wait for a full ring.</param>
    /// <returns>Whether the answer changed.</returns>
    public bool Update(long nowNs, bool isBlocked)
    {
        UpdateStall(nowNs, isBlocked);
        bool wasThere = IsThere;
        IsThere = !_isStalled && region.HostState == HostState.Running && port.State == PortState.Attached;
        return IsThere != wasThere;
    }

    private void UpdateStall(long nowNs, bool isBlocked)
    {
        if (!isBlocked && !_isStalled)
        {
            _blockedSinceNs = 0;
            return;
        }
        _ = port.Tx.RefreshHead();
        if (_blockedSinceNs == 0 || port.Tx.Head != _stalledHead)
        {
            _stalledHead = port.Tx.Head;
            _blockedSinceNs = nowNs;
            _isStalled = false;
        }
        else if (nowNs - _blockedSinceNs >= StallNs)
        {
            _isStalled = true;
        }
    }
}
