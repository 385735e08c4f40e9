using System.Runtime.InteropServices;
using ShmWifi.Linux;
using ShmWifi.Tests.Support;
using static Tmds.Linux.LibC;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>A station behind a relay of Unix datagrams.</summary>
internal sealed unsafe class DatagramEnd : SocketEnd
{
    private readonly FileDescriptor _socket;
    private readonly byte* _buffer = (byte*)NativeMemory.AlignedAlloc(2 * RelayFrame.MaxLength, 64);

    /// <summary>Binds.</summary>
    public DatagramEnd(string folder, byte station)
        : base(station)
    {
        _socket = FileDescriptor.Of(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
        LibCException.ThrowIfFailed(UnixAddress.Bind(_socket.Descriptor, DatagramRelay.SocketOf(folder, station)), "bind");
        LibCException.ThrowIfFailed(UnixAddress.Connect(_socket.Descriptor, DatagramRelay.SocketOf(folder)), "connect to the relay");
        SocketTimeout.Set(_socket.Descriptor);
    }

    /// <inheritdoc/>
    public override bool TrySend(uint number, int length, byte receiver)
    {
        byte* frame = _buffer + RelayFrame.MaxLength;
        RelayFrame.Write(frame, length, number, receiver, Station);
        if (send(_socket.Descriptor, frame, length, MSG_DONTWAIT) == length)
            return true;
        return errno == EAGAIN ? false : throw new LibCException("send to the relay");
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _socket.Dispose();
        NativeMemory.AlignedFree(_buffer);
    }

    /// <inheritdoc/>
    protected override bool TryReceive(Waiting waiting, out byte* frame, out int length)
    {
        frame = _buffer;
        do
        {
            length = (int)Uninterrupted.recv(_socket.Descriptor, frame, RelayFrame.MaxLength, waiting == Waiting.Not ? MSG_DONTWAIT : 0);
            if (length > 0)
                return true;
        }
        while (MayRetry(waiting));
        return false;
    }
}
