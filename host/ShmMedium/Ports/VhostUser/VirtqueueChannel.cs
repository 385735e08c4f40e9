using ShmWifi.Hwsim.Datapath;
using ShmWifi.Hwsim.Netlink;
using ShmWifi.Linux;
using Tmds.Linux;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>The two virtqueues of hwsim's virtio front end: a whole netlink message in each buffer.</summary>
/// <remarks>
/// The buffers that hwsim sends are longer than their messages. It frees a message when it has its buffer back, by an interrupt of its own: so they
/// go back in lots.
/// Source: linux drivers/net/wireless/virtual/mac80211_hwsim.c, hwsim_tx_virtio, hwsim_virtio_rx_work.
/// </remarks>
/// <param name="toHost">Queue 0: what hwsim sends.</param>
/// <param name="toGuest">Queue 1: buffers for what it receives.</param>
/// <param name="dropped">Counts a message for which the guest had no buffer, or none that was long enough.</param>
internal sealed unsafe class VirtqueueChannel(
    Virtqueue toHost, Virtqueue toGuest, Action interruptSent, Action interruptReceived, Action dropped)
    : IHwsimChannel, IDisposable
{
    private const int MaxBatch = GuardedCopy.MaxPieces / Virtqueue.MaxParts; // messages that one copy takes
    private const int MessagePieces = 2 * InjectionBatch.MaxMessages; // a message is cut where the batch's pieces are

    private readonly CopyList _copies = new(toHost.Memory);

    /// <inheritdoc/>
    public ushort Family => 0;

    /// <summary>Index of the next message that is taken.</summary>
    public ushort Taken => toHost.Taken;

    /// <summary>For how many messages the guest has buffers; looks again if there are fewer than are wanted.</summary>
    public uint CountRoom(uint wanted) => toGuest.CountReady(wanted);

    /// <summary>Asks for a kick when the guest sends.</summary>
    /// <returns>Whether it did not meanwhile.</returns>
    public bool ArmSent() => toHost.Arm();

    /// <summary>Asks for a kick when the guest has a buffer for us.</summary>
    /// <returns>Whether it had none meanwhile.</returns>
    public bool ArmRoom() => toGuest.Arm();

    /// <inheritdoc/>
    public int Receive(mmsghdr* messages, uint count)
    {
        uint ready = Math.Min(toHost.CountReady(), Math.Min(count, MaxBatch));
        for (uint i = 0; i < ready; i++)
        {
            var buffer = messages[i].msg_hdr.msg_iov;
            ushort head = toHost.Take(isWritten: false, (uint)buffer->iov_len, _copies.NextGuests, out int parts, out uint length);
            messages[i].msg_len = length;
            _copies.AddGuests(parts);
            _copies.AddOurs(buffer->iov_base, length);
            toHost.GiveBack(head, written: 0);
        }
        _copies.Read();
        return (int)ready;
    }

    /// <inheritdoc/>
    public bool Send(msghdr* messages)
    {
        var piece = messages->msg_iov;
        var end = piece + (int)messages->msg_iovlen;
        ulong done = 0; // of the piece
        while (piece != end)
        {
            if (done == (ulong)piece->iov_len)
            {
                piece++;
                done = 0;
                continue;
            }
            uint length = *(uint*)((byte*)piece->iov_base + done); // nlmsg_len, which we wrote
            if (!_copies.HasRoom(ours: MessagePieces + Virtqueue.PublishPieces, guests: Virtqueue.MaxParts + Virtqueue.PublishPieces))
                _copies.Write();
            bool isTaken = TryTake(length);
            uint left = (uint)NetlinkWriter.Align((int)length);
            while (left != 0)
            {
                if (done == (ulong)piece->iov_len)
                {
                    piece++;
                    done = 0;
                }
                uint run = (uint)Math.Min(left, (ulong)piece->iov_len - done);
                uint wanted = Math.Min(run, length);
                if (isTaken && wanted != 0)
                    _copies.AddOurs((byte*)piece->iov_base + done, wanted);
                (left, length, done) = (left - run, length - wanted, done + run);
            }
        }
        if (toGuest.Publish(_copies))
            interruptReceived();
        return true;
    }

    /// <summary>Gives back what hwsim sent and is read, if it is a lot.</summary>
    public void PublishSent()
    {
        if (toHost.Unpublished >= Math.Max(toHost.Length / 4, 1) && toHost.Publish())
            interruptSent();
    }

    /// <inheritdoc/>
    public void Dispose() => _copies.Dispose();

    /// <summary>Takes a buffer for a message.</summary>
    private bool TryTake(uint length)
    {
        if (toGuest.CountReady() == 0)
        {
            dropped();
            return false;
        }
        ushort head = toGuest.Take(isWritten: true, length, _copies.NextGuests, out int parts, out uint room);
        bool isLongEnough = room == length;
        toGuest.GiveBack(head, isLongEnough ? length : 0);
        if (isLongEnough)
            _copies.AddGuests(parts);
        else
            dropped();
        return isLongEnough;
    }
}
