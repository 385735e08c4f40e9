using System.Buffers.Binary;
using ShmWifi.Linux;
using Tmds.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

// 0x0 request u32      0x4 flags u32      0x8 size u32      0xc payload

/// <summary>A front end's messages on its connection: a stream, so they may come in parts. Nothing here waits.</summary>
/// <remarks>Source: vhost-user protocol, "Message Specification".</remarks>
internal sealed unsafe class MessageStream(FileDescriptor connection) : IDisposable
{
    /// <summary>Descriptors of one message at most: one for each memory region.</summary>
    public const int MaxDescriptors = GuestMemory.MaxRegions;

    private const int HeaderSize = 12;
    private const int MaxPayload = 1024; // that of a memory table is 264
    private const uint Version = 1, VersionMask = 3, Reply = 1 << 2, NeedReplyFlag = 1 << 3;

    private readonly byte[] _buffer = new byte[HeaderSize + MaxPayload];
    private readonly List<FileDescriptor> _descriptors = [];
    private int _received;

    /// <summary>The connection.</summary>
    public int Descriptor => connection.Descriptor;

    /// <summary>Whether a part of a message has come.</summary>
    public bool IsBegun => _received != 0;

    /// <summary>Of the message that is there.</summary>
    public VhostUserRequest Request => (VhostUserRequest)Word(0);

    /// <summary>Whether its sender waits for an answer, if that was agreed on.</summary>
    public bool NeedsReply => (Word(4) & NeedReplyFlag) != 0;

    /// <summary>Its payload.</summary>
    public ReadOnlySpan<byte> Payload => _buffer.AsSpan(HeaderSize, PayloadSize);

    /// <summary>What came with it; who takes one out of the list owns it.</summary>
    public List<FileDescriptor> Descriptors => _descriptors;

    private int PayloadSize => (int)Word(8);

    /// <summary>Goes on receiving a message.</summary>
    /// <returns>Whether it is whole: until <see cref="Next"/>.</returns>
    /// <exception cref="FrontEndException">The front end has gone, or this is no message.</exception>
    public bool TryReceive()
    {
        while (true)
        {
            int wanted = _received < HeaderSize ? HeaderSize : HeaderSize + PayloadSize;
            if (_received >= HeaderSize)
                CheckHeader();
            if (_received >= HeaderSize && _received == wanted)
                return true;
            if (!TryReceive(wanted - _received))
                return false;
        }
    }

    /// <summary>Is done with the message: closes what came with it and nobody has taken.</summary>
    public void Next()
    {
        _received = 0;
        _descriptors.ForEach(d => d.Dispose());
        _descriptors.Clear();
    }

    /// <summary>Answers the message.</summary>
    /// <exception cref="FrontEndException">The front end has gone, or does not read its answers.</exception>
    public void Answer(ReadOnlySpan<byte> payload)
    {
        Span<byte> reply = stackalloc byte[HeaderSize + MaxPayload];
        BinaryPrimitives.WriteUInt32LittleEndian(reply, (uint)Request);
        BinaryPrimitives.WriteUInt32LittleEndian(reply[4..], Version | Reply);
        BinaryPrimitives.WriteInt32LittleEndian(reply[8..], payload.Length);
        payload.CopyTo(reply[HeaderSize..]);
        int length = HeaderSize + payload.Length;
        fixed (byte* first = reply)
        {
            if (Uninterrupted.send(Descriptor, first, length, MSG_DONTWAIT | MSG_NOSIGNAL) != length)
                throw new FrontEndException("it does not read its answers");
        }
    }

    /// <summary>Answers with a number.</summary>
    /// <inheritdoc cref="Answer(ReadOnlySpan{byte})"/>
    public void Answer(ulong value)
    {
        Span<byte> payload = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, value);
        Answer(payload);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Next();
        connection.Dispose();
    }

    private uint Word(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(offset));

    private void CheckHeader()
    {
        if ((Word(4) & VersionMask) != Version)
            throw new FrontEndException($"a message of version {Word(4) & VersionMask} of vhost-user; this daemon speaks {Version}");
        if (Word(8) > MaxPayload)
            throw new FrontEndException($"a message with {Word(8)} bytes of payload");
    }

    private bool TryReceive(int wanted)
    {
        const int Space = 16 + ((MaxDescriptors * sizeof(int) + 7) & ~7); // CMSG_SPACE
        ulong* control = stackalloc ulong[Space / sizeof(ulong)];
        fixed (byte* first = _buffer)
        {
            var vector = new iovec { iov_base = first + _received, iov_len = wanted };
            var message = new msghdr { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = Space };
            long length = Uninterrupted.recvmsg(Descriptor, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
            if (length < 0)
                return errno == EAGAIN ? false : throw new FrontEndException($"its connection broke: {strerror(errno)}");
            for (var header = CMSG_FIRSTHDR(&message); header != null; header = CMSG_NXTHDR(&message, header))
            {
                if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
                    Own((int*)CMSG_DATA(header), (int)((ulong)header->cmsg_len - (ulong)sizeof(cmsghdr)) / sizeof(int));
            }
            if ((message.msg_flags & MSG_CTRUNC) != 0 || _descriptors.Count > MaxDescriptors)
                throw new FrontEndException($"a message with more than {MaxDescriptors} descriptors");
            if (length == 0)
                throw new FrontEndGoneException();
            _received += (int)length;
            return true;
        }
    }

    private void Own(int* descriptors, int count)
    {
        for (int i = 0; i < count; i++)
            _descriptors.Add(new FileDescriptor(descriptors[i]));
    }
}
