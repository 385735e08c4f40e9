using ShmWifi.Linux;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>Keeps descriptors, by name, for the engine that comes after this one.</summary>
/// <remarks>Source: sd_pid_notify_with_fds(3), FDSTORE=1, FDNAME=, FDSTOREREMOVE=1; sd_listen_fds(3).</remarks>
internal interface IDescriptorStore
{
    /// <summary>The process that is the daemon to others: the keeper; null: there is none.</summary>
    int? KeeperId { get; }

    /// <summary>The restarts that its keeper remembers, the latest last. Any thread.</summary>
    IReadOnlyList<EngineRestart> Restarts { get; }

    /// <summary>Whether what is kept outlives the daemon's end in order, too.</summary>
    bool IsLasting => false;

    /// <summary>What the engine before has left, and nobody has taken yet.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Takes one of them. It is kept on, and is the caller's, too.</summary>
    /// <returns>Null: there is none of that name.</returns>
    FileDescriptor? Take(string name);

    /// <summary>Keeps one from now on. Any thread.</summary>
    /// <param name="name">Of no other that is kept: printable ASCII without colon, 255 characters at most.</param>
    /// <param name="descriptor">Stays the caller's.</param>
    void Keep(string name, int descriptor);

    /// <summary>Keeps it no longer. Any thread.</summary>
    void Drop(string name);
}
