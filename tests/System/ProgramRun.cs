namespace ShmWifi.Tests.System;

/// <summary>Runs our programs as a user does, and keeps what they print: standard output, then standard error.</summary>
internal static class ProgramRun
{
    /// <summary>Runs a command of shmwifi-lab to its end.</summary>
    public static (int ExitCode, string Output) Lab(TimeSpan limit, params string[] arguments) => ToEnd("shmwifi-lab", limit, arguments);

    /// <summary>Runs shmwifi-demo to its end.</summary>
    public static (int ExitCode, string Output) Demo(TimeSpan limit, params string[] arguments) => ToEnd("shmwifi-demo", limit, arguments);

    /// <summary>Runs shmwifi-bench to its end.</summary>
    public static (int ExitCode, string Output) Bench(TimeSpan limit, params string[] arguments) => ToEnd("shmwifi-bench", limit, arguments);

    /// <summary>Runs shmwifi-scenarios to its end.</summary>
    public static (int ExitCode, string Output) Scenarios(TimeSpan limit, params string[] arguments) => ToEnd("shmwifi-scenarios", limit, arguments);

    private static (int ExitCode, string Output) ToEnd(string program, TimeSpan limit, string[] arguments)
    {
        (int code, string output, string error) = ProgramProcess.Run(limit, program, arguments);
        return (code, output + error);
    }
}
