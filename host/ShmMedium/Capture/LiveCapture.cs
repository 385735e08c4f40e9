using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Delivery;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>Frames as pcapng for one reader, from now on.</summary>
/// <remarks>A reader that is too slow loses frames of its own; that and how many is in what it reads, as an interface's statistics.</remarks>
/// <param name="unixFromNs">What makes the frames' times ones since 1970.</param>
/// <param name="stop">Has the engine show it nothing more.</param>
internal sealed class LiveCapture(FrameTap tap, long unixFromNs, Func<FrameTap, Task> stop) : IAsyncDisposable
{
    private readonly byte[] _frame = new byte[Abi.SlotPayloadSize];

    /// <summary>Writes until it is cancelled; on the caller's thread.</summary>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public void WriteTo(Stream stream, CancellationToken cancellation)
    {
        var writer = new PcapngWriter(stream, "shm-medium");
        var records = new CaptureRecords(writer, unixFromNs);
        writer.Flush(); // a reader learns at once what it reads
        long told = 0, latestNs = 0;
        while (!cancellation.IsCancellationRequested)
        {
            bool any = false;
            while (tap.TryTake(_frame, out var frame))
            {
                records.Write(in frame, _frame.AsSpan(0, frame.Length));
                any = true;
                latestNs = (long)frame.TakenNs + unixFromNs;
            }
            if (latestNs != 0 && tap.Lost is var lost && lost != told)
            {
                writer.WriteDropped(interfaceNumber: 0, latestNs, (ulong)lost);
                told = lost;
            }
            if (any)
                writer.Flush();
            tap.Wait();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop(tap);
        tap.Dispose();
    }
}
