using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.ShmMedium.Control;

/// <summary>Whose the other end of a TCP connection within this machine is.</summary>
/// <remarks>
/// TCP has no SO_PEERCRED. Source: /proc/net/tcp and tcp6, a line a socket, of which the columns are local and remote address, state, queues,
/// timer, retransmissions, uid, timeout, inode (Linux Documentation/networking/proc_net_tcp.rst). A socket without an owner has uid 0 there, as
/// root's: only one that is established, and that a process has open (inode), says whose it is.
/// </remarks>
internal static class TcpPeer
{
    private const string Established = "01";

    /// <summary>Who has it open.</summary>
    /// <param name="from">Its own address.</param>
    /// <param name="to">Ours.</param>
    /// <returns>Null: nobody any more.</returns>
    public static PeerCredentials? Find(IPEndPoint from, IPEndPoint to)
    {
        foreach (string table in (string[])["/proc/net/tcp", "/proc/net/tcp6"])
        {
            if (!File.Exists(table))
                continue;
            foreach (string line in File.ReadLines(table).Skip(1))
            {
                if (OwnerOf(line, from, to) is { } uid)
                    return new PeerCredentials(0, uid, Accounts.GroupsOf(uid));
            }
        }
        return null;
    }

    /// <summary>Whose a socket is, if it is the one from there to here, and somebody has it open.</summary>
    /// <param name="line">Of the kernel's table.</param>
    internal static uint? OwnerOf(string line, IPEndPoint from, IPEndPoint to) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var local, var remote, Established, _, _, _, var uid, _, var inode, ..]
        && inode != "0" && IsAt(local, from) && IsAt(remote, to)
            ? uint.Parse(uid, CultureInfo.InvariantCulture)
            : null;

    /// <summary>Addresses are words of the machine's byte order, in hexadecimal digits; ports are numbers.</summary>
    private static bool IsAt(string text, IPEndPoint at)
    {
        if (text.Split(':') is not [var digits, var port])
            return false;
        byte[] octets = Convert.FromHexString(digits);
        for (int i = 0; BitConverter.IsLittleEndian && i < octets.Length; i += sizeof(uint))
            BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(i), BinaryPrimitives.ReadUInt32LittleEndian(octets.AsSpan(i)));
        return int.Parse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture) == at.Port
            && Plain(new IPAddress(octets)).Equals(Plain(at.Address));
    }

    private static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes()); // without a scope
}
