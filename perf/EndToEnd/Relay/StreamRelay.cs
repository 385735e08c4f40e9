using System.Net;
using System.Net.Sockets;
using ShmWifi.Linux;
using ShmWifi.Tests.Support;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>The relay over TCP: one thread waits for any connection, reads what there is, and sends each frame on.</summary>
internal static unsafe class StreamRelay
{
    private const int MaxEvents = 64;

    /// <summary>Takes all stations on and relays until it is killed.</summary>
    /// <param name="noDelay">TCP_NODELAY.</param>
    public static void Run(int stations, bool noDelay)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(stations);
        Console.WriteLine($"{RelayCommand.Ready} {((IPEndPoint)listener.LocalEndPoint!).Port}");
        using var epoll = new Epoll();
        var connections = new Socket[stations];
        for (int i = 0; i < stations; i++)
        {
            var connection = listener.Accept();
            connection.NoDelay = noDelay;
            byte[] station = new byte[1];
            _ = connection.Receive(station);
            connections[station[0]] = connection;
            epoll.Add((int)connection.Handle, EPOLLIN, station[0]);
        }
        int[] descriptors = [.. connections.Select(connection => (int)connection.Handle)];
        FrameStream[] streams = [.. connections.Select(_ => new FrameStream())];
        Span<epoll_event> events = stackalloc epoll_event[MaxEvents];
        while (true)
        {
            int count = epoll.Wait(events, timeoutNs: -1);
            for (int i = 0; i < count; i++)
            {
                int from = events[i].data.fd;
                if (streams[from].Receive(descriptors[from], MSG_DONTWAIT) == 0)
                    return; // a station went: the measurement is over
                while (streams[from].TryTake(out byte* frame, out int length))
                    Forward(descriptors, from, frame, length);
            }
        }
    }

    private static void Forward(int[] descriptors, int from, byte* frame, int length)
    {
        byte receiver = frame[RelayFrame.ReceiverOffset];
        if (receiver != RelayFrame.Everyone)
        {
            SendAll(descriptors[receiver], frame, length);
            return;
        }
        for (int station = 0; station < descriptors.Length; station++)
        {
            if (station != from)
                SendAll(descriptors[station], frame, length);
        }
    }

    /// <summary>Sends a frame with the length that lies before it; blocks while the receiver is behind.</summary>
    private static void SendAll(int descriptor, byte* frame, int length)
    {
        byte* bytes = frame - sizeof(uint);
        for (int left = sizeof(uint) + length; left != 0;)
        {
            int sent = LibCException.ThrowIfFailed((int)Uninterrupted.send(descriptor, bytes, left, MSG_NOSIGNAL), "send to a station");
            bytes += sent;
            left -= sent;
        }
    }
}
