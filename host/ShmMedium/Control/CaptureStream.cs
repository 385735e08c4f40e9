using Microsoft.AspNetCore.Http;
using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Capture;

namespace ShmWifi.ShmMedium.Control;

/// <summary>Shows one client the frames that pass, as pcapng.</summary>
/// <remarks>On a thread of its own: the client's slowness is to fill the tap, where its frames are counted as lost, and nothing else.</remarks>
internal sealed class CaptureStream(ICaptures captures, CaptureSelection selection, CancellationToken stopping) : IResult
{
    /// <summary>pcapng's, as Wireshark registers it with desktops.</summary>
    public const string ContentType = "application/x-pcapng";

    /// <summary>Writes until the client has gone or the daemon goes.</summary>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using var live = captures.Watch(selection)
            ?? throw new ControlException(409, $"there are {Captures.Limit} captures already; end one first");
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        httpContext.Response.ContentType = ContentType;
        try
        {
            await httpContext.Response.StartAsync(ended.Token);
            await Task.Factory.StartNew(() => live.WriteTo(new BodyStream(httpContext.Response.BodyWriter, ended.Token), ended.Token),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    /// <summary>The body, for who writes it on a thread of its own: Kestrel's own stream refuses to block.</summary>
    private sealed class BodyStream(System.IO.Pipelines.PipeWriter output, CancellationToken ended) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            buffer.CopyTo(output.GetSpan(buffer.Length));
            output.Advance(buffer.Length);
            if (output.FlushAsync(ended).AsTask().GetAwaiter().GetResult().IsCompleted)
                throw new OperationCanceledException("the client has gone");
        }

        public override void Flush()
        {
            // Each write is flushed.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
