namespace ShmWifi.ShmMedium.Trunk;

/// <summary>The NATS subjects of a medium. The sender's name is a token of each, so that a server's permissions can hold a host to its own.</summary>
internal sealed class TrunkSubjects(string medium, string host)
{
    /// <summary>Where this host says what it has.</summary>
    public string OwnState { get; } = $"shmwifi.{medium}.state.{host}";

    /// <summary>Where all say so.</summary>
    public string AllStates { get; } = $"shmwifi.{medium}.state.*";

    /// <summary>What any host sends to this one.</summary>
    public string Inbox { get; } = $"shmwifi.{medium}.to.{host}.*";

    /// <summary>The stream of the medium's changes.</summary>
    public string Stream { get; } = $"shmwifi_{medium}";

    /// <summary>Where this host stores them.</summary>
    public string OwnChanges { get; } = $"shmwifi.{medium}.change.{host}";

    /// <summary>Where all do.</summary>
    public string AllChanges { get; } = $"shmwifi.{medium}.change.*";

    /// <summary>Where this host sends to another.</summary>
    public string To(string other) => $"shmwifi.{medium}.to.{other}.{host}";

    /// <summary>The host that sent a message: the last token.</summary>
    public static string SenderOf(string subject) => subject[(subject.LastIndexOf('.') + 1)..];
}
