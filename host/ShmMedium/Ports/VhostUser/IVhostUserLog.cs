using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>What goes wrong with front ends, for people.</summary>
internal interface IVhostUserLog : ISocketLog
{
    /// <summary>A front end is not served.</summary>
    /// <param name="allowance">Of whoever causes the line.</param>
    /// <param name="pid">Its process; 0: unknown.</param>
    void FrontEndRefused(LogAllowance allowance, string vm, int pid, string reason);

    /// <summary>A front end, or its guest, broke the rules, and is served no more.</summary>
    /// <inheritdoc cref="FrontEndRefused"/>
    void FrontEndBroke(LogAllowance allowance, string vm, int pid, string reason);
}
