namespace ShmWifi.ShmMedium.Ports.Sockets;

/// <summary>What holds VMs up that connect, for people.</summary>
internal interface ISocketLog
{
    /// <summary>VMs connect too often, or too many: those that connect now wait. Told once, until they no longer do.</summary>
    /// <param name="allowance">Of whoever causes the line.</param>
    void AttachesHeld(LogAllowance allowance, string socket, string reason);
}
