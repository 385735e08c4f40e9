using System.Buffers.Binary;
using ShmWifi.Lab;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.VirtualTime;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Support;

/// <summary>A guest whose clock is a calendar's, with its front end: it answers as arch/um/kernel/time.c and virtio_uml.c do.</summary>
internal sealed unsafe class SimulatedParticipant : IDisposable
{
    private readonly FileDescriptor _calendar;
    private readonly FileDescriptor _requests, _daemonsEnd; // of the back end
    private readonly bool _sharesSchedule;
    private KernelOfSchedule? _schedule;
    private uint _sequence;

    /// <summary>Connects to a calendar, and says nothing.</summary>
    /// <param name="sharesSchedule">Whether it uses the schedule that comes with START's answer, as Linux 6.11 and later does.</param>
    public SimulatedParticipant(string socketPath, bool sharesSchedule = false)
    {
        _sharesSchedule = sharesSchedule;
        _calendar = FileDescriptor.Of(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
        LibCException.ThrowIfFailed(UnixAddress.Connect(_calendar.Descriptor, socketPath), $"connect to {socketPath}");
        SocketTimeout.Set(_calendar.Descriptor);
        int* pair = stackalloc int[2];
        LibCException.ThrowIfFailed(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "socketpair");
        (_requests, _daemonsEnd) = (new FileDescriptor(pair[0]), new FileDescriptor(pair[1]));
    }

    /// <summary>What the daemon gets for its requests.</summary>
    public int RequestsOfDaemon => _daemonsEnd.Descriptor;

    /// <summary>Its time, as the calendar told it last.</summary>
    public ulong NowNs { get; private set; }

    /// <summary>Whether the calendar has ended the connection.</summary>
    public bool IsClosed
    {
        get
        {
            byte octet;
            return recv(_calendar.Descriptor, &octet, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
        }
    }

    /// <summary>Joins, and waits until it is started.</summary>
    /// <returns>How many descriptors came with that.</returns>
    public int Start(ulong id)
    {
        Send(new TimeTravelMessage(TimeTravelOperation.Start, ++_sequence, id));
        byte* bytes = stackalloc byte[TimeTravelMessage.Size];
        ulong* control = stackalloc ulong[8];
        var vector = new iovec { iov_base = bytes, iov_len = TimeTravelMessage.Size };
        var message = new msghdr { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = 64 };
        if (Uninterrupted.recvmsg(_calendar.Descriptor, &message, MSG_CMSG_CLOEXEC) != TimeTravelMessage.Size)
            throw new LabException("the calendar does not answer START");
        int count = 0;
        for (var header = CMSG_FIRSTHDR(&message); header != null; header = CMSG_NXTHDR(&message, header))
        {
            count = (int)((ulong)header->cmsg_len - (ulong)sizeof(cmsghdr)) / sizeof(int);
            if (_sharesSchedule)
                _schedule = new(((int*)CMSG_DATA(header))[0], TimeTravelMessage.Read(new Span<byte>(bytes, TimeTravelMessage.Size)).Time);
            for (int i = 0; i < count; i++)
                _ = close(((int*)CMSG_DATA(header))[i]);
        }
        return count;
    }

    /// <summary>Says something, and waits for its answer.</summary>
    /// <returns>The answer's time.</returns>
    public ulong Ask(TimeTravelOperation operation, ulong time = 0)
    {
        uint sequence = ++_sequence;
        Send(new TimeTravelMessage(operation, sequence, time));
        while (true)
        {
            var message = Read();
            if (message.Operation == TimeTravelOperation.Ack)
                return message.Sequence == sequence ? message.Time : throw new LabException("an answer to something else");
            Answer(in message);
        }
    }

    /// <summary>Wants to run at a time, and waits for its turn; interrupts make it now.</summary>
    /// <param name="atNs">Null: it waits for an interrupt.</param>
    public void Sleep(ulong? atNs = null)
    {
        if (atNs is { } ns)
            Request(ns);
        Wait();
        while (true)
        {
            Span<pollfd> watched = [new() { fd = _calendar.Descriptor, events = POLLIN }, new() { fd = _requests.Descriptor, events = POLLIN }];
            if (Poll.WaitForAny(watched, Deadline.Limit) == 0)
                throw new LabException("its turn never came");
            if (watched[1].revents != 0 && !TryAnswerInterrupt())
                throw new LabException("the daemon has gone");
            if (watched[0].revents == 0)
                continue;
            var message = Read();
            if (_schedule is null || message.Operation != TimeTravelOperation.Run)
                Answer(in message);
            if (message.Operation != TimeTravelOperation.Run)
                continue;
            NowNs = message.Time;
            _schedule?.EndRequest();
            return;
        }
    }

    /// <summary>Runs no more; its turn comes in <see cref="Sleep"/> alone.</summary>
    public void Wait()
    {
        if (_schedule is null)
            _ = Ask(TimeTravelOperation.Wait, ulong.MaxValue);
        else
            Send(new TimeTravelMessage(TimeTravelOperation.Wait, ++_sequence, ulong.MaxValue));
    }

    /// <summary>Tells its time, before it kicks.</summary>
    public void TellTime()
    {
        if (_schedule is { } schedule)
            schedule.CurrentTime = NowNs;
        else
            _ = Ask(TimeTravelOperation.Update, NowNs);
    }

    /// <summary>Answers the calendar while its front end waits for something, as virtio_uml does.</summary>
    public void AnswerUntil(Task done)
    {
        while (!done.IsCompleted)
        {
            if (!Poll.WaitFor(_calendar.Descriptor, POLLIN, TimeSpan.FromMilliseconds(1)))
                continue;
            var message = Read();
            Answer(in message);
        }
        done.GetAwaiter().GetResult();
    }

    /// <summary>Sends any bytes.</summary>
    public void SendRaw(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
            _ = Uninterrupted.send(_calendar.Descriptor, first, bytes.Length, MSG_NOSIGNAL);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _calendar.Dispose();
        _schedule?.Dispose();
        _requests.Dispose();
        _daemonsEnd.Dispose();
    }

    private void Request(ulong ns)
    {
        if (_schedule is { RequestsHere: true } schedule)
            schedule.Request(ns);
        else
            _ = Ask(TimeTravelOperation.Request, ns);
    }

    private void Send(TimeTravelMessage message)
    {
        byte[] bytes = new byte[TimeTravelMessage.Size];
        message.Write(bytes);
        SendRaw(bytes);
    }

    private TimeTravelMessage Read()
    {
        byte[] bytes = new byte[TimeTravelMessage.Size];
        fixed (byte* first = bytes)
        {
            if (Uninterrupted.recv(_calendar.Descriptor, first, bytes.Length, MSG_WAITALL) != bytes.Length)
                throw new LabException("the calendar ended the connection, or says nothing");
        }
        return TimeTravelMessage.Read(bytes);
    }

    private void Answer(in TimeTravelMessage message) => Send(new TimeTravelMessage(TimeTravelOperation.Ack, message.Sequence, 0));

    /// <summary>virtio_uml's: it asks for the time, wants to run then, and answers after that.</summary>
    private bool TryAnswerInterrupt()
    {
        byte[] request = new byte[20];
        fixed (byte* first = request)
        {
            if (Uninterrupted.recv(_requests.Descriptor, first, request.Length, MSG_WAITALL) != request.Length)
                return false;
            Request(_schedule is { } schedule ? schedule.CurrentTime : Ask(TimeTravelOperation.Get));
            BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(4), 5);
            BinaryPrimitives.WriteUInt64LittleEndian(request.AsSpan(12), 0);
            return Uninterrupted.send(_requests.Descriptor, first, request.Length, MSG_NOSIGNAL) == request.Length;
        }
    }
}
