using System.Runtime.InteropServices;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace ShmWifi.ShmMedium.Trunk;

/// <summary>The changes of a medium, numbered by the NATS server, which keeps the latest: a stream of JetStream.</summary>
internal sealed class MediumStream(NatsConnection connection, TrunkSubjects subjects)
{
    private const int WrongLastSequence = 10071; // JSStreamWrongLastSequenceErrF of nats-server's errors.json
    private const int NoStream = 10059; // JSStreamNotFoundErr
    private const int NotEnabled = 10076, NotEnabledForAccount = 10039; // JSNotEnabledErr, JSNotEnabledForAccountErr

    private readonly NatsJSContext _server = new(connection);
    private INatsJSStream? _stream;

    /// <summary>What it has.</summary>
    /// <param name="Created">Another stream of its name has another.</param>
    /// <param name="First">0 and <paramref name="Last"/> too: it never had any.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct State(DateTimeOffset Created, ulong First, ulong Last);

    /// <summary>Looks at it, and makes it when it is not there.</summary>
    /// <returns>Null: the server has no JetStream.</returns>
    public async Task<State?> LookAsync(CancellationToken cancellation)
    {
        try
        {
            if (_stream is null)
                _stream = await OpenAsync(cancellation).ConfigureAwait(false);
            else
                await _stream.RefreshAsync(cancellation).ConfigureAwait(false);
        }
        catch (NatsNoRespondersException)
        {
            _stream = null;
            return null;
        }
        catch (NatsJSApiException exception) when (exception.Error.ErrCode is NotEnabled or NotEnabledForAccount)
        {
            _stream = null;
            return null;
        }
        catch (NatsJSApiException exception) when (exception.Error.ErrCode == NoStream)
        {
            _stream = await OpenAsync(cancellation).ConfigureAwait(false);
        }
        var info = _stream.Info;
        return new State(info.Created, info.State.FirstSeq, info.State.LastSeq);
    }

    /// <summary>Reads a change.</summary>
    /// <returns>Null: it is not there any more.</returns>
    public async Task<(string Host, byte[] Entry)?> ReadAsync(ulong revision, CancellationToken cancellation)
    {
        var message = await _stream!.GetDirectAsync(new StreamMsgGetRequest { Seq = revision }, NatsRawSerializer<byte[]>.Default, cancellation)
            .ConfigureAwait(false);
        return message.Headers is { } headers && headers.TryGetValue("Nats-Subject", out var subject)
            ? (TrunkSubjects.SenderOf(subject.ToString()), message.Data ?? [])
            : null;
    }

    /// <summary>Stores a change after another.</summary>
    /// <returns>Its revision; null: another change came first.</returns>
    public async Task<ulong?> TryAddAsync(byte[] entry, ulong after, CancellationToken cancellation)
    {
        // Once: an answer that was lost must not look like another's change.
        var options = new NatsJSPubOpts { ExpectedLastSequence = after, RetryAttempts = 1 };
        var answer = await _server.PublishAsync(
            subjects.OwnChanges, entry, NatsRawSerializer<byte[]>.Default, options, cancellationToken: cancellation).ConfigureAwait(false);
        if (answer.Error?.ErrCode == WrongLastSequence)
            return null;
        answer.EnsureSuccess();
        return answer.Seq;
    }

    private async Task<INatsJSStream> OpenAsync(CancellationToken cancellation)
    {
        try
        {
            return await _server.GetStreamAsync(subjects.Stream, cancellationToken: cancellation).ConfigureAwait(false);
        }
        catch (NatsJSApiException exception) when (exception.Error.ErrCode == NoStream)
        {
            return await _server.CreateStreamAsync(new StreamConfig(subjects.Stream, [subjects.AllChanges])
            {
                MaxMsgs = 64, // whoever missed more takes the medium whole
                MaxMsgSize = 1 << 20,
                MaxBytes = 64 << 20,
                Discard = StreamConfigDiscard.Old,
                AllowDirect = true,
            }, cancellation).ConfigureAwait(false);
        }
    }
}
