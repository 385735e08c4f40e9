using ShmWifi.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Hwsim.Datapath;

/// <summary>hwsim's netlink socket: many messages by one system call, and the kernel walks all messages of a datagram.</summary>
/// <remarks>Source: linux net/netlink/af_netlink.c, netlink_rcv_skb.</remarks>
/// <param name="descriptor">hwsim's registered socket.</param>
/// <param name="family">hwsim's family ID.</param>
internal sealed unsafe class NetlinkChannel(int descriptor, ushort family) : IHwsimChannel
{
    /// <inheritdoc/>
    public ushort Family => family;

    /// <inheritdoc/>
    public int Receive(mmsghdr* messages, uint count)
    {
        int received = Uninterrupted.recvmmsg(descriptor, messages, count, MSG_DONTWAIT);
        return received >= 0 ? received : errno == EAGAIN ? 0 : throw new LibCException("read frames from mac80211_hwsim");
    }

    /// <inheritdoc/>
    public bool Send(msghdr* messages) => Uninterrupted.sendmsg(descriptor, messages, 0) >= 0;
}
