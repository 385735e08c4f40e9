using System.Buffers.Binary;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Netlink;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Lab;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Ports.VhostUser;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Support;

/// <summary>A front end of vhost-user and the guest behind it: memory, two split virtqueues, and hwsim's messages in them.</summary>
/// <remarks>By itself it sets up in the order of UML 6.12 (arch/um/drivers/virtio_uml.c), as a back end saw them.</remarks>
internal sealed unsafe class SimulatedFrontEnd : IDisposable
{
    /// <summary>Where the memory starts, in the guest, in the front end and in its file: UML's does not start at 0, either.</summary>
    public const ulong MemoryStart = 0x10000;

    /// <summary>Bytes of the guest's memory.</summary>
    public const ulong MemorySize = 0x220000;

    /// <summary>What is in memory that is free.</summary>
    public const byte Freed = 0x6b;

    /// <summary>Needs an answer.</summary>
    public const uint NeedReply = 1 << 3;

    private const ulong BuffersStart = MemoryStart + 0x10000;
    private const ulong OtherRingsStart = BuffersStart + (2 * Length * (ulong)SimulatedDriver.BufferSize);
    private const int RingsSize = 0x8000;
    private const int HeaderSize = 12;
    private const ushort Length = 256;
    private const uint Version = 1, IsReply = 1 << 2;

    private readonly FileDescriptor _connection;
    private readonly EventFd[] _kicks = [new(), new()];
    private readonly FileDescriptor[] _calls = new FileDescriptor[2];
    private readonly FileDescriptor[] _ourCalls = new FileDescriptor[2];
    private readonly FileDescriptor _file;
    private readonly byte* _memory;
    private readonly Queue<ushort> _freeSent = [];
    private readonly Queue<byte[]> _received = [];
    private bool _isDisposed;

    /// <summary>Connects to a daemon; sets nothing up yet.</summary>
    /// <param name="isSealed">Whether its memory cannot shrink, as QEMU's; UML's can.</param>
    public SimulatedFrontEnd(string socket, bool isSealed = false)
        : this(Connect(socket), isSealed)
    {
    }

    /// <summary>One that is connected.</summary>
    /// <param name="connection">Owned from now on.</param>
    public SimulatedFrontEnd(FileDescriptor connection, bool isSealed = false)
    {
        _connection = connection;
        SocketTimeout.Set(_connection.Descriptor);
        fixed (byte* name = "guest-memory\0"u8)
            _file = FileDescriptor.Of(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create");
        Cut((long)(MemoryStart + MemorySize));
        if (isSealed)
            LibCException.ThrowIfFailed(fcntl(_file.Descriptor, F_ADD_SEALS, F_SEAL_SHRINK), "seal");
        void* memory = mmap(null, (size_t)(MemoryStart + MemorySize), PROT_READ | PROT_WRITE, MAP_SHARED, _file.Descriptor, 0);
        if (memory == MAP_FAILED)
            throw new LibCException("map the guest's memory");
        _memory = (byte*)memory;
        int* pair = stackalloc int[2];
        for (int i = 0; i < 2; i++) // UML's interrupt is one end of a stream
        {
            LibCException.ThrowIfFailed(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "socketpair");
            (_calls[i], _ourCalls[i]) = (new FileDescriptor(pair[0]), new FileDescriptor(pair[1]));
        }
        (Sent, Taken) = LoadDriver(MemoryStart);
    }

    /// <summary>Queue 0: what hwsim sends.</summary>
    public SimulatedDriver Sent { get; private set; }

    /// <summary>Queue 1: what hwsim receives.</summary>
    public SimulatedDriver Taken { get; private set; }

    /// <summary>The region of its memory, as SET_MEM_TABLE tells it.</summary>
    public static MemoryRegion Region => new(MemoryStart, MemorySize, MemoryStart, MemoryStart);

    /// <summary>The file of its memory.</summary>
    public int MemoryFile => _file.Descriptor;

    /// <summary>What the device is kicked by.</summary>
    public int KickOf(int queue) => _kicks[queue].Descriptor;

    /// <summary>What the device interrupts by.</summary>
    public int CallOf(uint queue) => _calls[queue].Descriptor;

    /// <summary>Whether the daemon has ended the connection.</summary>
    public bool IsClosed
    {
        get
        {
            byte octet;
            long length = recv(_connection.Descriptor, &octet, 1, MSG_DONTWAIT | MSG_PEEK);
            return length == 0 || (length < 0 && errno != EAGAIN);
        }
    }

    /// <summary>All that comes before the first frame.</summary>
    public void SetUp()
    {
        Send(VhostUserRequest.SetOwner);
        ulong features = Ask(VhostUserRequest.GetFeatures);
        ulong protocol = Ask(VhostUserRequest.GetProtocolFeatures);
        Do(VhostUserRequest.SetProtocolFeatures, Word(protocol & ((1 << 3) | (1 << 5) | (1 << 9) | (1 << 14))));
        using var pair = new EventFd();
        Do(VhostUserRequest.SetBackendReqFd, [], pair.Descriptor);
        Do(VhostUserRequest.SetFeatures, Word(features & 0x1_7000_0000));
        SetMemory();
        SetUpQueues();
    }

    /// <summary>hwsim is unloaded and loaded again: its queues are disabled, and others set up elsewhere.</summary>
    /// <remarks>Source: arch/um/drivers/virtio_uml.c, vu_del_vqs.</remarks>
    /// <returns>What the queues' memory, which is free, is used for.</returns>
    public ReadOnlySpan<byte> Reload()
    {
        for (uint queue = 0; queue < 2; queue++)
            Do(VhostUserRequest.SetVringEnable, Pair(queue, 0));
        _ = Ask(VhostUserRequest.GetFeatures);
        var freed = new Span<byte>(_memory + MemoryStart, 2 * RingsSize);
        freed.Fill(Freed);
        (Sent, Taken) = LoadDriver(OtherRingsStart);
        SetUpQueues();
        return freed;
    }

    /// <summary>All that comes before the first frame, with in-band notifications: kicks and interrupts are messages.</summary>
    /// <param name="channel">For the back end's requests.</param>
    public void SetUpInBand(int channel)
    {
        Send(VhostUserRequest.SetOwner);
        ulong features = Ask(VhostUserRequest.GetFeatures);
        Do(VhostUserRequest.SetProtocolFeatures, Word(Ask(VhostUserRequest.GetProtocolFeatures) & ((1 << 3) | (1 << 5) | (1 << 14))));
        Do(VhostUserRequest.SetBackendReqFd, [], channel);
        Do(VhostUserRequest.SetFeatures, Word(features & 0x1_7000_0000));
        SetMemory();
        for (uint queue = 0; queue < 2; queue++)
        {
            var driver = queue == 0 ? Sent : Taken;
            Do(VhostUserRequest.SetVringNum, Pair(queue, driver.Length));
            Do(VhostUserRequest.SetVringBase, Pair(queue, 0));
            Do(VhostUserRequest.SetVringAddr, Place(queue, driver.DescriptorsAt, driver.UsedAt, driver.AvailableAt));
        }
        OfferAll();
        for (uint queue = 0; queue < 2; queue++)
            Do(VhostUserRequest.SetVringEnable, Pair(queue, 1));
    }

    /// <summary>Kicks by a message, as the driver does after it has made buffers available.</summary>
    public void KickInBand(uint queue) => Do(VhostUserRequest.VringKick, Pair(queue, 0));

    /// <summary>hwsim fills queue 1.</summary>
    public void OfferAll()
    {
        for (ushort i = 0; i < Length; i++)
            Offer(i);
    }

    /// <summary>SET_MEM_TABLE with room for two regions, as UML sends it.</summary>
    public void SetMemory() => Do(VhostUserRequest.SetMemTable, MemoryTable(1, Region, default), MemoryFile);

    /// <summary>The payload of SET_MEM_TABLE.</summary>
    public static byte[] MemoryTable(uint count, params ReadOnlySpan<MemoryRegion> regions)
    {
        byte[] table = new byte[8 + (regions.Length * sizeof(MemoryRegion))];
        BinaryPrimitives.WriteUInt32LittleEndian(table, count);
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(regions).CopyTo(table.AsSpan(8));
        return table;
    }

    /// <summary>Sets a queue up, but for its kick.</summary>
    public void SetUpQueue(uint queue, SimulatedDriver driver, ushort first = 0)
    {
        Do(VhostUserRequest.SetVringCall, Word(queue), _calls[queue].Descriptor);
        Do(VhostUserRequest.SetVringNum, Pair(queue, driver.Length));
        Do(VhostUserRequest.SetVringBase, Pair(queue, first));
        Do(VhostUserRequest.SetVringAddr, Place(queue, driver.DescriptorsAt, driver.UsedAt, driver.AvailableAt));
    }

    /// <summary>Starts a queue.</summary>
    public void StartQueue(uint queue)
    {
        Do(VhostUserRequest.SetVringKick, Word(queue), KickOf((int)queue));
        Do(VhostUserRequest.SetVringEnable, Pair(queue, 1));
    }

    /// <summary>The payload of SET_VRING_ADDR.</summary>
    public static byte[] Place(uint queue, ulong descriptors, ulong used, ulong available) =>
        [.. Pair(queue, 0), .. Word(descriptors), .. Word(used), .. Word(available), .. Word(0)];

    /// <summary>A payload of two numbers.</summary>
    public static byte[] Pair(uint first, uint second) => Word(first | ((ulong)second << 32));

    /// <summary>A payload of one number.</summary>
    public static byte[] Word(ulong value)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    /// <summary>Sends a request, and has it answered with success.</summary>
    /// <exception cref="LabException">It was not.</exception>
    public void Do(VhostUserRequest request, byte[]? payload = null, params ReadOnlySpan<int> descriptors)
    {
        Send(request, payload, NeedReply, descriptors);
        if (ReadReply(request) is var reply && BinaryPrimitives.ReadUInt64LittleEndian(reply) != 0)
            throw new LabException($"{request} was refused");
    }

    /// <summary>Sends a request that is answered with a number.</summary>
    public ulong Ask(VhostUserRequest request, byte[]? payload = null)
    {
        Send(request, payload);
        return BinaryPrimitives.ReadUInt64LittleEndian(ReadReply(request));
    }

    /// <summary>Sends a request.</summary>
    public void Send(VhostUserRequest request, byte[]? payload = null, uint flags = 0, params ReadOnlySpan<int> descriptors)
    {
        payload ??= [];
        byte[] message = new byte[HeaderSize + payload.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(message, (uint)request);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), Version | flags);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(8), payload.Length);
        payload.CopyTo(message, HeaderSize);
        SendRaw(message, descriptors);
    }

    /// <summary>Sends any bytes; whether the daemon still listens does not matter.</summary>
    public void SendRaw(ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> descriptors)
    {
        const int MaxDescriptors = 32;
        ulong* control = stackalloc ulong[2 + (MaxDescriptors / 2)];
        fixed (byte* first = bytes)
        {
            var vector = new iovec { iov_base = first, iov_len = bytes.Length };
            var message = new msghdr { msg_iov = &vector, msg_iovlen = 1 };
            if (descriptors.Length != 0)
            {
                var header = (cmsghdr*)control;
                header->cmsg_level = SOL_SOCKET;
                header->cmsg_type = SCM_RIGHTS;
                header->cmsg_len = sizeof(cmsghdr) + (descriptors.Length * sizeof(int));
                descriptors.CopyTo(new Span<int>(control + 2, MaxDescriptors));
                message.msg_control = control;
                message.msg_controllen = sizeof(cmsghdr) + ((descriptors.Length * sizeof(int) + 7) & ~7);
            }
            _ = Uninterrupted.sendmsg(_connection.Descriptor, &message, MSG_NOSIGNAL);
        }
    }

    /// <summary>Reads an answer.</summary>
    /// <returns>Its payload.</returns>
    /// <exception cref="LabException">It is none, or the daemon has ended the connection.</exception>
    public byte[] ReadReply(VhostUserRequest request)
    {
        byte[] header = Read(HeaderSize, request);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4));
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != (uint)request || flags != (Version | IsReply)) // UML compares as strictly
            throw new LabException($"{request}: an answer to {BinaryPrimitives.ReadUInt32LittleEndian(header)} with flags {flags}");
        return Read(BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8)), request);
    }

    /// <summary>Its file is made shorter or longer.</summary>
    public void Cut(long size) => LibCException.ThrowIfFailed(ftruncate(_file.Descriptor, size), "size the guest's memory");

    /// <summary>hwsim: an interface of a radio goes up (or a scan begins), or down.</summary>
    public void SendAddress(MacAddress radio, MacAddress address, bool isAdded = true)
    {
        var writer = new NetlinkWriter(stackalloc byte[64]);
        writer.BeginGeneric(0, 0x1c, 0, 0, (byte)(isAdded ? HwsimCommand.AddMacAddr : HwsimCommand.DelMacAddr));
        writer.Add(HwsimAttribute.AddrTransmitter, radio);
        writer.Add(HwsimAttribute.AddrReceiver, address);
        SendMessage(writer.Complete());
    }

    /// <summary>hwsim: a radio sends a frame, and wants its status.</summary>
    public void SendFrame(MacAddress radio, ReadOnlySpan<byte> frame, ulong cookie, uint freqMhz = 2412)
    {
        var writer = new NetlinkWriter(stackalloc byte[3000]);
        writer.BeginGeneric(0, 0x1c, 0, 0, (byte)HwsimCommand.Frame);
        writer.Add(HwsimAttribute.AddrTransmitter, radio);
        writer.BeginAttribute(HwsimAttribute.Frame, frame.Length);
        writer.AddOctets(frame);
        writer.Add(HwsimAttribute.Flags, 1u); // HWSIM_TX_CTL_REQ_TX_STATUS
        writer.Add(HwsimAttribute.Freq, freqMhz);
        writer.Add(HwsimAttribute.TxInfo, 0x00ff_00ff_00ff_0100UL); // one attempt at rate 0
        writer.Add(HwsimAttribute.Cookie, cookie);
        SendMessage(writer.Complete());
    }

    /// <summary>Puts a message into a buffer that is longer, as hwsim's is, and makes it available.</summary>
    public void SendMessage(ReadOnlySpan<byte> message)
    {
        Deadline.Until(() => ReclaimSent() != 0, "a buffer of queue 0 that the device gives back");
        ushort buffer = _freeSent.Dequeue();
        Sent.Buffer(buffer).Fill(0xa5);
        message.CopyTo(Sent.Buffer(buffer));
        Sent[buffer] = new(Sent.AddressOf(buffer), 3776, 0, 0);
        Sent.Post(buffer);
    }

    /// <summary>Takes back the buffers that the device is done with.</summary>
    /// <returns>How many are free.</returns>
    public int ReclaimSent()
    {
        while (Sent.TryTakeUsed(out ushort head, out _))
            _freeSent.Enqueue(head);
        return _freeSent.Count;
    }

    /// <summary>Waits for the next message to hwsim.</summary>
    /// <param name="command">Of this kind; others are passed over.</param>
    /// <exception cref="LabException">None comes.</exception>
    public HwsimReceived Receive(HwsimCommand command)
    {
        while (true)
        {
            Deadline.Until(() => TryPoll(), $"a message to hwsim ({command})");
            var message = new HwsimReceived(_received.Dequeue());
            if (message.Command == command)
                return message;
        }
    }

    /// <summary>Takes what has come, without waiting.</summary>
    /// <returns>Whether there is a message.</returns>
    public bool TryPoll()
    {
        while (Taken.TryTakeUsed(out ushort head, out int written))
        {
            _received.Enqueue(Taken.Buffer(head)[..written].ToArray());
            Offer(head);
        }
        return _received.Count != 0;
    }

    /// <summary>Messages that have come, by kind.</summary>
    public int CountReceived(HwsimCommand command)
    {
        _ = TryPoll();
        return _received.Count(m => new HwsimReceived(m).Command == command);
    }

    /// <summary>Interrupts that have come for a queue.</summary>
    public long CountInterrupts(int queue)
    {
        byte* bytes = stackalloc byte[65536];
        return Math.Max(recv(_ourCalls[queue].Descriptor, bytes, 65536, MSG_DONTWAIT), 0) / sizeof(ulong);
    }

    /// <summary>It dies: the kernel closes its connection.</summary>
    public void Kill() => _connection.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        if (_isDisposed)
            return;
        _isDisposed = true;
        _ = munmap(_memory, (size_t)(MemoryStart + MemorySize));
        _file.Dispose();
        foreach (var descriptor in _kicks.Concat(_calls).Concat(_ourCalls))
            descriptor.Dispose();
    }

    private (SimulatedDriver Sent, SimulatedDriver Taken) LoadDriver(ulong rings)
    {
        _freeSent.Clear();
        for (ushort i = 0; i < Length; i++)
            _freeSent.Enqueue(i);
        return (
            new SimulatedDriver(_memory, rings, BuffersStart, Length, _kicks[0]),
            new SimulatedDriver(_memory, rings + RingsSize, BuffersStart + (Length * SimulatedDriver.BufferSize), Length, _kicks[1]));
    }

    private void SetUpQueues()
    {
        SetUpQueue(0, Sent);
        SetUpQueue(1, Taken);
        StartQueue(0);
        OfferAll();
        StartQueue(1);
    }

    private static FileDescriptor Connect(string path)
    {
        var connection = FileDescriptor.Of(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
        LibCException.ThrowIfFailed(UnixAddress.Connect(connection.Descriptor, path), $"connect to {path}");
        return connection;
    }

    private void Offer(ushort buffer)
    {
        Taken[buffer] = new(Taken.AddressOf(buffer), SimulatedDriver.BufferSize, SimulatedDriver.Descriptor.IsWritten, 0);
        Taken.Post(buffer);
    }

    private byte[] Read(int length, VhostUserRequest request)
    {
        byte[] bytes = new byte[length];
        fixed (byte* first = bytes)
        {
            if (length != 0 && Uninterrupted.recv(_connection.Descriptor, first, length, MSG_WAITALL) != length)
                throw new LabException($"{request}: the daemon ended the connection");
        }
        return bytes;
    }
}

/// <summary>A message that hwsim got.</summary>
internal sealed class HwsimReceived
{
    /// <summary>Reads it.</summary>
    /// <exception cref="LabException">It is none.</exception>
    public HwsimReceived(byte[] bytes)
    {
        ReadOnlySpan<byte> datagram = bytes;
        if (!NetlinkMessage.TryTake(ref datagram, out var message) || !datagram.IsEmpty
            || !GenericNetlink.TrySplit(message, out byte command, out var attributes))
            throw new LabException($"no netlink message: {Convert.ToHexString(bytes)}");
        Command = (HwsimCommand)command;
        while (attributes.MoveNext())
            Attributes[attributes.Type] = attributes.Value.ToArray();
    }

    /// <summary>What it is.</summary>
    public HwsimCommand Command { get; }

    /// <summary>Its attributes.</summary>
    public Dictionary<ushort, byte[]> Attributes { get; } = [];

    /// <summary>The frame.</summary>
    public byte[] Frame => Attributes[HwsimAttribute.Frame];

    /// <summary>The radio that receives it.</summary>
    public MacAddress Receiver => new(Attributes[HwsimAttribute.AddrReceiver]);

    /// <summary>The cookie of the frame that a status is of.</summary>
    public ulong Cookie => BinaryPrimitives.ReadUInt64LittleEndian(Attributes[HwsimAttribute.Cookie]);

    /// <summary>Whether the frame was acknowledged.</summary>
    public bool IsAcked => (BinaryPrimitives.ReadUInt32LittleEndian(Attributes[HwsimAttribute.Flags]) & 4) != 0;
}
