namespace ShmWifi.ShmMedium;

/// <summary>Why a daemon cannot go on.</summary>
/// <param name="ExitCode">Of the process.</param>
internal sealed record DaemonFailure(string Reason, int ExitCode)
{
    /// <summary>What the daemon depends on went: 1.</summary>
    public const int Environment = 1;

    /// <summary>A fault of shm-medium itself: EX_SOFTWARE of sysexits.h.</summary>
    public const int Software = 70;

    /// <summary>What was kept of VMs that run is of another version or configuration: EX_DATAERR.</summary>
    public const int CannotTakeOver = 65;

    /// <summary>A thread ended that the daemon cannot be without.</summary>
    /// <param name="what">What it did: "the engine".</param>
    public static DaemonFailure Of(string what, Exception exception) => new($"{what} ended by a fault of shm-medium itself: {exception}", Software);
}
