namespace ShmWifi.ShmMedium.Trunk;

/// <summary>What passed between this host and another; each word has one writer.</summary>
internal sealed class TrunkHostCounters
{
    /// <summary>Frames sent, and the messages and bytes that they were in.</summary>
    public long FramesSent, MessagesSent, BytesSent;

    /// <summary>Frames not sent, as the server was away; acknowledged all the same (docs/trunk.md).</summary>
    public long NotSent;

    /// <summary>Frames received, and the messages and bytes that they were in.</summary>
    public long FramesReceived, MessagesReceived, BytesReceived;

    /// <summary>Messages that never came, by their numbers.</summary>
    public long Lost;

    /// <summary>Messages that came again, or late, or from another run of the daemon; dropped.</summary>
    public long Replayed;

    /// <summary>Frames dropped because they took too long.</summary>
    public long Stale;

    /// <summary>Frames dropped because the engine did not take them in time.</summary>
    public long NoRoom;

    /// <summary>Frames of radios that are not in the host's table.</summary>
    public long Unknown;

    /// <summary>Messages that break the format.</summary>
    public long Malformed;
}
