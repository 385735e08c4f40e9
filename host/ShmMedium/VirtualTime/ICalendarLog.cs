namespace ShmWifi.ShmMedium.VirtualTime;

/// <summary>What happens to virtual time, for people.</summary>
internal interface ICalendarLog
{
    /// <summary>All who are awaited have come: time passes from now on.</summary>
    void TimeBegan(int participants);

    /// <summary>A participant is not served: it broke the rules.</summary>
    void ParticipantBroke(int pid, string reason);

    /// <summary>Nobody wants to run, and nothing is due, so time cannot pass.</summary>
    void TimeHasStopped(long nowNs);

    /// <summary>Much happens, and all of it at one time.</summary>
    void TimeDoesNotPass(long nowNs);
}
