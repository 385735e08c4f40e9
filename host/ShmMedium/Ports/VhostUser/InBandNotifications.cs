using System.Buffers.Binary;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.VirtualTime;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

// VRING_CALL: request u32 (4), flags u32, size u32 (8), queue u32, 0 u32      its answer: the same, with a number u64 in place of the payload

/// <summary>Kicks and interrupts as messages that are answered, so that none is under way while the clock advances.</summary>
/// <remarks>Source: vhost-user protocol, "In-band notifications" and VHOST_USER_BACKEND_VRING_CALL.</remarks>
internal sealed unsafe class InBandNotifications(CalendarServer calendar)
{
    private const uint VringCall = 4; // a back end's request
    private const uint Version = 1, Reply = 1 << 2, NeedReply = 1 << 3;
    private const int Size = 20;

    /// <summary>Whether the guest has kicked since this was last set to false.</summary>
    public bool IsKicked { get; set; }

    /// <summary>The guest kicks, and waits for the answer: it is looked at when it has stopped running, at the same time.</summary>
    public void OnKick()
    {
        IsKicked = true;
        calendar.EndFreedom();
    }

    /// <summary>Interrupts the driver, and waits until it knows when it will run.</summary>
    /// <param name="channel">For the back end's requests; null: the front end gave none.</param>
    /// <exception cref="FrontEndException">It does not answer, or not as it should.</exception>
    public void Interrupt(FileDescriptor? channel, uint queue)
    {
        if (channel is null)
            throw new FrontEndException("no descriptor for the back end's requests, by which it is interrupted in virtual time");
        byte* bytes = stackalloc byte[Size];
        var message = new Span<byte>(bytes, Size);
        BinaryPrimitives.WriteUInt32LittleEndian(message, VringCall);
        BinaryPrimitives.WriteUInt32LittleEndian(message[4..], Version | NeedReply);
        BinaryPrimitives.WriteUInt32LittleEndian(message[8..], sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(message[12..], queue);
        if (Uninterrupted.send(channel.Descriptor, bytes, Size, MSG_DONTWAIT | MSG_NOSIGNAL) != Size)
            throw new FrontEndException("it does not read the back end's requests");
        for (int received = 0; received < Size;)
        {
            if (!calendar.WaitReadable(channel.Descriptor))
                throw new FrontEndException("it does not answer an interrupt");
            long length = Uninterrupted.recv(channel.Descriptor, bytes + received, Size - received, MSG_DONTWAIT);
            if (length <= 0)
                throw new FrontEndGoneException();
            received += (int)length;
        }
        if (BinaryPrimitives.ReadUInt32LittleEndian(message) != VringCall
            || BinaryPrimitives.ReadUInt32LittleEndian(message[4..]) != (Version | Reply)
            || BinaryPrimitives.ReadUInt64LittleEndian(message[12..]) != 0)
            throw new FrontEndException($"an interrupt of virtqueue {queue} that it refuses, or answers with something else");
    }
}
