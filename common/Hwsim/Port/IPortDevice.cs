namespace ShmWifi.Hwsim.Port;

/// <summary>How a port's two sides wake each other: a device in a VM, two eventfds within one process.</summary>
internal interface IPortDevice
{
    /// <summary>For epoll, edge-triggered: each ring of the host is an edge.</summary>
    int Descriptor { get; }

    /// <summary>What it means when the descriptor reports an error: what is wrong, and what to do.</summary>
    string LossReason { get; }

    /// <summary>Whether the descriptor reports an error now: what the region says means nothing any more.</summary>
    bool IsLost { get; }

    /// <summary>Rings the host.</summary>
    void RingHost();
}
