using System.Runtime.InteropServices;
using ShmWifi.Linux;
using ShmWifi.Tests.Support;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>The baseline: a relay of Unix datagrams, as simple and as fast as one is written.</summary>
/// <remarks>One thread, one socket, one buffer: receive, look at the receiver address, send; for everyone, send to each but the sender.</remarks>
internal static unsafe class DatagramRelay
{
    /// <summary>The relay's socket.</summary>
    public static string SocketOf(string folder) => Path.Combine(folder, "relay.sock");

    /// <summary>A station's socket.</summary>
    public static string SocketOf(string folder, byte station) => Path.Combine(folder, $"{station}.sock");

    /// <summary>Relays until it is killed.</summary>
    /// <param name="stations">How many there are: 0, 1, …</param>
    /// <param name="spin">Whether to poll the socket in place of sleeping.</param>
    public static void Run(string folder, int stations, bool spin)
    {
        int socketFd = LibCException.ThrowIfFailed(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
        LibCException.ThrowIfFailed(UnixAddress.Bind(socketFd, SocketOf(folder)), "bind");
        var addresses = (sockaddr_un*)NativeMemory.AllocZeroed((nuint)(stations * sizeof(sockaddr_un)));
        for (int station = 0; station < stations; station++)
            addresses[station] = UnixAddress.Of(SocketOf(folder, (byte)station));
        byte* frame = stackalloc byte[RelayFrame.MaxLength];
        var vector = new iovec { iov_base = frame };
        var message = new msghdr { msg_namelen = sizeof(sockaddr_un), msg_iov = &vector, msg_iovlen = 1 };
        Console.WriteLine(RelayCommand.Ready);
        while (true)
        {
            long length = recv(socketFd, frame, RelayFrame.MaxLength, spin ? MSG_DONTWAIT : 0);
            if (length < 0)
                continue;
            vector.iov_len = (int)length;
            byte receiver = frame[RelayFrame.ReceiverOffset];
            int first = receiver == RelayFrame.Everyone ? 0 : receiver;
            int last = receiver == RelayFrame.Everyone ? stations - 1 : receiver;
            for (int station = first; station <= last; station++)
            {
                if (station == frame[RelayFrame.TransmitterOffset])
                    continue;
                message.msg_name = &addresses[station];
                if (Uninterrupted.sendmsg(socketFd, &message, 0) < 0)
                    throw new LibCException($"send to station {station}");
            }
        }
    }
}
