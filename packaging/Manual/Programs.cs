using ShmWifi.IvshmemArgs;
using ShmWifi.ShmInjector;
using ShmWifi.ShmMedium.Cli;

namespace ShmWifi.Manual;

/// <summary>The programs that users get, and their help.</summary>
internal static class Programs
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<CommandHelp> All { get; } =
    [
        CommandTree.Read(new MediumCommand(), "shm-medium"),
        CommandTree.Read(new IvshmemArgsCommand(), "ivshmem-args"),
        HelpText.Read(InjectorOptions.Help, HelpText.Read(RadiosOptions.Help)),
    ];
}
