using ShmWifi.Linux;
using ShmWifi.ShmMedium.Ports.Sockets;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.VirtualTime;

/// <summary>A participant's connection: a stream of messages, which may come in parts. Nothing here waits.</summary>
internal sealed unsafe class CalendarConnection : IDisposable
{
    private const int StartDescriptors = 2; // UML reads as many out of START's ACK: UM_TIMETRAVEL_MAX_FDS

    private readonly FileDescriptor _socket;
    private readonly Calendar _calendar;
    private readonly SharedSchedule _schedule = new();
    private readonly byte[] _buffer = new byte[TimeTravelMessage.Size];
    private int _received;
    private bool _isStarted;
    private string? _fault;

    /// <summary>One that has just connected.</summary>
    /// <param name="socket">Owned from now on.</param>
    /// <exception cref="LibCException">No memory, or no descriptors are left.</exception>
    public CalendarConnection(FileDescriptor socket, Calendar calendar)
    {
        (_socket, _calendar) = (socket, calendar);
        Pid = PeerCredentials.Of(socket.Descriptor).Pid;
        Participant = calendar.Add(Send, _schedule);
    }

    /// <summary>Its socket.</summary>
    public int Descriptor => _socket.Descriptor;

    /// <summary>Its process; 0: not known.</summary>
    public int Pid { get; }

    /// <summary>What the calendar knows of it.</summary>
    public Participant Participant { get; }

    /// <summary>Takes all messages that have come.</summary>
    /// <returns>False: it has gone.</returns>
    /// <exception cref="CalendarException">It broke the rules.</exception>
    public bool TryReceive()
    {
        while (true)
        {
            if (_fault is not null)
                throw new CalendarException(_fault);
            long length;
            fixed (byte* first = _buffer)
                length = Uninterrupted.recv(Descriptor, first + _received, TimeTravelMessage.Size - _received, MSG_DONTWAIT);
            if (length <= 0)
                return length < 0 && errno == EAGAIN;
            _received += (int)length;
            if (_received < TimeTravelMessage.Size)
                continue;
            _received = 0;
            _calendar.Receive(Participant, TimeTravelMessage.Read(_buffer));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _calendar.Remove(Participant);
        _schedule.Dispose();
        _socket.Dispose();
    }

    private void Send(TimeTravelMessage message)
    {
        byte* bytes = stackalloc byte[TimeTravelMessage.Size];
        message.Write(new Span<byte>(bytes, TimeTravelMessage.Size));
        var vector = new iovec { iov_base = bytes, iov_len = TimeTravelMessage.Size };
        var header = new msghdr { msg_iov = &vector, msg_iovlen = 1 };
        ulong* control = stackalloc ulong[(sizeof(cmsghdr) + (StartDescriptors * sizeof(int))) / sizeof(ulong)];
        if (message.Operation == TimeTravelOperation.Ack && message.Sequence == Participant.StartSequence && !_isStarted)
        {
            _isStarted = true;
            var rights = (cmsghdr*)control;
            rights->cmsg_level = SOL_SOCKET;
            rights->cmsg_type = SCM_RIGHTS;
            rights->cmsg_len = sizeof(cmsghdr) + (StartDescriptors * sizeof(int));
            ((int*)CMSG_DATA(rights))[0] = _schedule.Descriptor;
            ((int*)CMSG_DATA(rights))[1] = _schedule.Descriptor; // for a log, which UML does not write
            header.msg_control = rights;
            header.msg_controllen = sizeof(cmsghdr) + (StartDescriptors * sizeof(int));
        }
        if (Uninterrupted.sendmsg(Descriptor, &header, MSG_DONTWAIT | MSG_NOSIGNAL) != TimeTravelMessage.Size && errno == EAGAIN)
            _fault = "it does not read what it is sent"; // one that has gone is noticed by its end of file
    }
}
