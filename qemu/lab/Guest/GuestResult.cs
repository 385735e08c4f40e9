namespace ShmWifi.Lab.Guest;

/// <summary>How a command in a guest ended.</summary>
/// <param name="ExitCode">Its exit code; 124 when the guest's agent ended it after its time.</param>
/// <param name="Output">Standard output and error together, lines ended by \n.</param>
internal sealed record GuestResult(int ExitCode, string Output);
