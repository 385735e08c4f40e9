using Tmds.Linux;

namespace ShmWifi.Hwsim.Datapath;

/// <summary>What carries messages from and to hwsim: its netlink socket, or the virtqueues of its virtio front end.</summary>
internal unsafe interface IHwsimChannel
{
    /// <summary>hwsim's family ID; 0: only the guest knows it, and nobody looks at it.</summary>
    ushort Family { get; }

    /// <summary>Takes what hwsim has sent, a message into each buffer; does not wait.</summary>
    /// <param name="messages">With one buffer each; their lengths are set, and may be more than the message in them.</param>
    /// <returns>How many; fewer than <paramref name="count"/>: there are no more for now.</returns>
    /// <exception cref="IOException">hwsim cannot be heard any more.</exception>
    int Receive(mmsghdr* messages, uint count);

    /// <summary>Gives hwsim messages; it has them all when this returns.</summary>
    /// <param name="messages">One after the other, each from a multiple of 4 bytes on; the header of each in one piece.</param>
    /// <returns>False when it took none of them.</returns>
    bool Send(msghdr* messages);
}
