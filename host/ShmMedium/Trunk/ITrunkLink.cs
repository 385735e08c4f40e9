namespace ShmWifi.ShmMedium.Trunk;

/// <summary>What carries messages to other hosts.</summary>
internal interface ITrunkLink
{
    /// <summary>Of this daemon's run.</summary>
    ulong Session { get; }

    /// <summary>Whether what is sent now may arrive.</summary>
    bool IsUp { get; }

    /// <summary>Sends a message, and waits until the link has a copy of it.</summary>
    /// <returns>False: it will not arrive.</returns>
    bool TrySend(string subject, ReadOnlyMemory<byte> message);

    /// <summary>Sends one that nobody waits for.</summary>
    /// <param name="message">The link's from now on.</param>
    void Post(string subject, byte[] message);
}
