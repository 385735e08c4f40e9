using System.Buffers.Binary;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.VirtualTime;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

// VRING_CALL: request u32 (4), flags u32, size u32 (8), queue u32, 0 u32      its answer: the same, with a number u64 in place of the payload

/// <summary>Kicks and interrupts as messages that are answered, so that none is under way while the clock advances.</summary>
/// <remarks>Source: vhost-user protocol, "In-band notifications" and VHOST_USER_BACKEND_VRING_CALL.</remarks>
/// <param name="guest">Whose they are.</param>
internal sealed unsafe class InBandNotifications(CalendarServer calendar, Participant guest)
{
    private const uint VringCall = 4; // a back end's request
    private const uint Version = 1, Reply = 1 << 2, NeedReply = 1 << 3;
    private const int Size = 20;

    private FileDescriptor? _interrupted; // by which the answer comes

    /// <summary>Whether the guest is to be looked at: it has kicked, and its time then is now.</summary>
    public bool IsKicked { get; set; }

    /// <summary>Whether the guest has kicked at a time that has not come: until then nothing of its is looked at.</summary>
    public bool IsKickAhead => guest.KickedNs != Calendar.Never;

    /// <summary>The guest's driver has its queues: others may run at the same time.</summary>
    public void Begin() => guest.IsOnMediumAlone = true;

    /// <summary>It has them no more: nobody looks for what it kicked for.</summary>
    public void End() => (guest.IsOnMediumAlone, guest.KickedNs) = (false, Calendar.Never);

    /// <summary>The guest kicks, and waits for the answer: it is looked at when nobody runs, at the same time.</summary>
    public void OnKick() => calendar.Kick(guest);

    /// <summary>Sees whether a kick's time has come.</summary>
    public void Look() => IsKicked |= guest.TryTakeKick(calendar.Clock.NowNs);

    /// <summary>Interrupts the driver; <see cref="AwaitAnswer"/> before the clock advances.</summary>
    /// <param name="channel">For the back end's requests; null: the front end gave none.</param>
    /// <exception cref="FrontEndException">It does not take it, or broke the rules.</exception>
    public void Interrupt(FileDescriptor? channel, uint queue)
    {
        if (channel is null)
            throw new FrontEndException("no descriptor for the back end's requests, by which it is interrupted in virtual time");
        AwaitAnswer(); // of the other queue's
        byte* bytes = stackalloc byte[Size];
        var message = new Span<byte>(bytes, Size);
        BinaryPrimitives.WriteUInt32LittleEndian(message, VringCall);
        BinaryPrimitives.WriteUInt32LittleEndian(message[4..], Version | NeedReply);
        BinaryPrimitives.WriteUInt32LittleEndian(message[8..], sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(message[12..], queue);
        guest.BeginInterrupt(calendar.Clock.NowNs);
        if (Uninterrupted.send(channel.Descriptor, bytes, Size, MSG_DONTWAIT | MSG_NOSIGNAL) != Size)
            throw new FrontEndException("it does not read the back end's requests");
        _interrupted = channel;
    }

    /// <summary>Waits until the driver, if it was interrupted, knows when it will run.</summary>
    /// <exception cref="FrontEndException">It does not answer, or not as it should.</exception>
    public void AwaitAnswer()
    {
        if (_interrupted is not { } channel)
            return;
        _interrupted = null;
        byte* bytes = stackalloc byte[Size];
        for (int received = 0; received < Size;)
        {
            long length = Uninterrupted.recv(channel.Descriptor, bytes + received, Size - received, MSG_DONTWAIT);
            if (length < 0 && errno == EAGAIN)
            {
                if (!calendar.WaitReadable(channel.Descriptor))
                    throw new FrontEndException("it does not answer an interrupt");
                continue;
            }
            if (length <= 0)
                throw new FrontEndGoneException();
            received += (int)length;
        }
        guest.EndInterrupt();
        var answer = new ReadOnlySpan<byte>(bytes, Size);
        if (BinaryPrimitives.ReadUInt32LittleEndian(answer) != VringCall
            || BinaryPrimitives.ReadUInt32LittleEndian(answer[4..]) != (Version | Reply)
            || BinaryPrimitives.ReadUInt64LittleEndian(answer[12..]) != 0)
            throw new FrontEndException("an interrupt that it refuses, or answers with something else");
    }
}
