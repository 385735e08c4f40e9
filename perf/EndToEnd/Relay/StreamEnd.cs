using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ShmWifi.Lab;
using ShmWifi.Linux;
using ShmWifi.Tests.Support;
using static Tmds.Linux.LibC;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>A station behind a relay of TCP streams: each frame after its length, u32.</summary>
internal sealed unsafe class StreamEnd : SocketEnd
{
    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly byte* _out = (byte*)NativeMemory.AlignedAlloc(sizeof(uint) + RelayFrame.MaxLength, 64);
    private readonly FrameStream _in = new();
    private int _unsent;
    private int _sent;

    /// <summary>Connects.</summary>
    /// <param name="port">The relay's, on the loopback.</param>
    /// <param name="noDelay">TCP_NODELAY.</param>
    public StreamEnd(int port, byte station, bool noDelay)
        : base(station)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = noDelay };
        _socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        _socket.Send([station]);
        _descriptor = (int)_socket.Handle;
        SocketTimeout.Set(_descriptor);
    }

    /// <inheritdoc/>
    public override bool TrySend(uint number, int length, byte receiver)
    {
        if (!TrySendRest())
            return false;
        Unsafe.WriteUnaligned(_out, (uint)length);
        RelayFrame.Write(_out + sizeof(uint), length, number, receiver, Station);
        (_sent, _unsent) = (0, sizeof(uint) + length);
        _ = TrySendRest(); // what the socket does not take now follows later
        return true;
    }

    /// <inheritdoc/>
    public override void Flush() => _ = TrySendRest();

    /// <inheritdoc/>
    public override void Dispose()
    {
        _socket.Dispose();
        _in.Dispose();
        NativeMemory.AlignedFree(_out);
    }

    /// <inheritdoc/>
    protected override bool TryReceive(Waiting waiting, out byte* frame, out int length)
    {
        while (!_in.TryTake(out frame, out length))
        {
            long received = _in.Receive(_descriptor, waiting == Waiting.Not ? MSG_DONTWAIT : 0);
            if (received == 0)
                throw new LabException("relay: the TCP relay closed a connection");
            if (received < 0 && !MayRetry(waiting))
                return false;
        }
        return true;
    }

    private bool TrySendRest()
    {
        while (_unsent != 0)
        {
            long sent = Uninterrupted.send(_descriptor, _out + _sent, _unsent, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (sent < 0)
                return errno == EAGAIN ? false : throw new LibCException("send to the relay");
            (_sent, _unsent) = (_sent + (int)sent, _unsent - (int)sent);
        }
        return true;
    }
}
