using NATS.Client.Core;
using ShmWifi.Configuration;

namespace ShmWifi.ShmMedium.Trunk;

/// <summary>How the NATS server is reached.</summary>
internal static class TrunkConnection
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1); // of who publishes, with the client's buffer

    private const string CredsStart = "-----BEGIN NATS"; // of a file that nsc makes

    /// <summary>For the client.</summary>
    /// <exception cref="IOException">The credentials cannot be read, or are none.</exception>
    public static NatsOpts OptionsOf(TrunkConfiguration configuration) => NatsOpts.Default with
    {
        Url = configuration.Url.ToString(),
        Name = $"shm-medium {configuration.Host}",
        Echo = false,
        AuthOpts = AuthenticationOf(configuration.Credentials),
        TlsOpts = configuration.IsEncrypted
            ? new NatsTlsOpts { Mode = TlsMode.Require, CaFile = configuration.Authorities }
            : new NatsTlsOpts { Mode = TlsMode.Disable },
        RequestReplyMode = NatsRequestReplyMode.SharedInbox,
        InboxPrefix = $"shmwifi.{configuration.Medium}.inbox.{configuration.Host}", // the server can keep others from it
        RequestTimeout = s_patience,
        CommandTimeout = s_patience,
        PublishTimeoutOnDisconnected = true,
        PingInterval = TimeSpan.FromSeconds(2), // a server that a network is cut off from says nothing else
        RetryOnInitialConnect = true,
        MaxReconnectRetry = -1,
        IgnoreAuthErrorAbort = true, // a password that is set right on the server is enough
        ReconnectWaitMin = TimeSpan.FromMilliseconds(100),
        ReconnectWaitMax = TimeSpan.FromSeconds(1),
        SuppressSlowConsumerWarnings = true, // they are counted, as messages that never came
    };

    private static NatsAuthOpts AuthenticationOf(string? file)
    {
        if (file is null)
            return NatsAuthOpts.Default;
        string text;
        try
        {
            text = File.ReadAllText(file).Trim();
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"'credentials' of 'trunk': {exception.Message}", exception);
        }
        if (text.StartsWith(CredsStart, StringComparison.Ordinal))
            return NatsAuthOpts.Default with { CredsFile = file };
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? NatsAuthOpts.Default with { Username = text[..colon], Password = text[(colon + 1)..] }
            : throw new IOException($"'credentials' of 'trunk': {file} is neither USER:PASSWORD nor a .creds file");
    }
}
