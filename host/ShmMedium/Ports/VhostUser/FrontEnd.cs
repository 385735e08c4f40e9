using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ShmWifi.Linux;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>A front end that is connected: carries out its requests, and keeps what it has set up.</summary>
/// <remarks>
/// Each request is answered before anything else is said: UML blocks for the answer, and would not hear an interrupt.
/// A request that is not known is answered as failed if its sender waits for that; else the connection ends, as it does after one that breaks rules.
/// Source: vhost-user protocol, "Front-end message types".
/// </remarks>
internal sealed unsafe class FrontEnd : IDisposable
{
    /// <summary>The device's virtqueues.</summary>
    public const int Queues = 2;

    private const DeviceFeatures Offered =
        DeviceFeatures.Version1 | DeviceFeatures.EventIndex | DeviceFeatures.Indirect | DeviceFeatures.ProtocolFeatures;

    private const ProtocolFeatures OfferedProtocol = ProtocolFeatures.MultiQueue | ProtocolFeatures.ReplyAck | ProtocolFeatures.BackendReq
        | ProtocolFeatures.ConfigureMemSlots | ProtocolFeatures.Status;

    private const ProtocolFeatures InBandNeeds = ProtocolFeatures.ReplyAck | ProtocolFeatures.BackendReq | ProtocolFeatures.InBandNotifications;

    private const ulong IndexMask = 0xff, NoDescriptor = 1 << 8; // of the number that comes with a descriptor

    private readonly KeptFrontEnd _kept;
    private readonly MessageStream _messages;
    private readonly GuestMemory _memory = new();
    private readonly Vring[] _rings;
    private readonly Action<FileDescriptor> _kickGoes, _kickCame;
    private readonly InBandNotifications? _inBand;
    private DeviceFeatures _features;
    private ProtocolFeatures _protocol;
    private FileDescriptor? _backendRequests; // asked in virtual time alone
    private byte _status;

    /// <summary>One that has just connected.</summary>
    /// <param name="connection">Owned from now on.</param>
    /// <param name="kickGoes">Told of the kick descriptor of a ring before it is closed.</param>
    /// <param name="kickCame">Told of a new one.</param>
    /// <param name="kept">Where what it sets up is kept for the engine that comes next.</param>
    /// <param name="inBand">In place of descriptors; null: those are used.</param>
    public FrontEnd(FileDescriptor connection, Action<FileDescriptor> kickGoes, Action<FileDescriptor> kickCame, KeptFrontEnd kept,
        InBandNotifications? inBand = null)
    {
        _inBand = inBand;
        _kept = kept;
        _messages = new MessageStream(connection);
        _rings = [new Vring(_memory), new Vring(_memory)];
        (_kickGoes, _kickCame) = (kickGoes, kickCame);
    }

    /// <summary>What hwsim sends.</summary>
    public Vring ToHost => _rings[0];

    /// <summary>What hwsim receives.</summary>
    public Vring ToGuest => _rings[1];

    /// <summary>Whether the guest's driver has its queues, and frames may pass.</summary>
    public bool IsRunning => ToHost.IsRunning && ToGuest.IsRunning;

    /// <summary>Whether the guest's memory is accessed in place.</summary>
    public bool IsMemorySealed => _memory.IsSealed;

    /// <summary>Carries out a request, if one is there as a whole.</summary>
    /// <exception cref="FrontEndException">It has gone, or breaks the rules.</exception>
    public void Receive()
    {
        _kept.BeginRequest();
        if (!_messages.TryReceive())
        {
            if (!_messages.IsBegun)
                _kept.EndRequest();
            return;
        }
        try
        {
            if (!TryAnswer())
                CarryOut();
            foreach (var ring in _rings)
                ring.TryStart(HasEventIndex);
            Keep();
        }
        finally
        {
            _messages.Next();
        }
    }

    /// <summary>Goes on as another engine has left it.</summary>
    /// <exception cref="FrontEndException">Its memory is gone, or not all of it was kept.</exception>
    public void Resume()
    {
        (_features, _protocol, _status) = _kept.Agreed;
        for (int i = 0; i < GuestMemory.MaxRegions; i++)
        {
            if (_kept.Regions[i].Size == 0)
                continue;
            using var file = _kept.TakeRegion(i) ?? throw new FrontEndException("a memory region that was not kept");
            _memory.Add(_kept.Regions[i], file);
        }
        _backendRequests = _kept.Take(KeptFrontEnd.Requests);
        for (int i = 0; i < Queues; i++)
        {
            _rings[i].Resume(_kept, i, isTakenKept: i == 0, HasEventIndex);
            if (_rings[i].Kick is { } kick)
                _kickCame(kick);
        }
    }

    /// <summary>Interrupts its driver.</summary>
    public void Interrupt(uint queue)
    {
        if (_inBand is null)
            _rings[queue].Interrupt();
        else
            _inBand.Interrupt(_backendRequests, queue);
    }

    /// <summary>Tells it that its rings cannot be served.</summary>
    public void TellError()
    {
        foreach (var ring in _rings)
            ring.TellError();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var ring in _rings)
        {
            if (ring.Kick is { } kick)
                _kickGoes(kick); // the front end has it open, too: closed, it would go on waking us
            ring.Dispose();
        }
        _memory.Dispose();
        _backendRequests?.Dispose();
        _messages.Dispose();
    }

    private ProtocolFeatures ProtocolOffer => OfferedProtocol | (_inBand is null ? ProtocolFeatures.None : ProtocolFeatures.InBandNotifications);

    private bool HasEventIndex => (_features & DeviceFeatures.EventIndex) != DeviceFeatures.None;

    /// <summary>Keeps what a request has changed.</summary>
    private void Keep()
    {
        _kept.Agree(_features, _protocol, _status);
        for (int i = 0; i < Queues; i++)
        {
            if (IsOfSignals(_messages.Request))
                _rings[i].Keep(_kept, i);
            _kept.Vring(i) = _rings[i].Save();
        }
        _kept.EndRequest();
    }

    private static bool IsOfSignals(VhostUserRequest request) => request is VhostUserRequest.SetVringKick or VhostUserRequest.SetVringCall
        or VhostUserRequest.SetVringErr or VhostUserRequest.GetVringBase or VhostUserRequest.SetStatus;

    /// <summary>Requests that have an answer of their own.</summary>
    private bool TryAnswer()
    {
        switch (_messages.Request)
        {
            case VhostUserRequest.GetFeatures:
                _messages.Answer((ulong)Offered);
                return true;
            case VhostUserRequest.GetProtocolFeatures:
                _messages.Answer((ulong)ProtocolOffer);
                return true;
            case VhostUserRequest.GetQueueNum:
                _messages.Answer(Queues);
                return true;
            case VhostUserRequest.GetMaxMemSlots:
                _messages.Answer(GuestMemory.MaxRegions);
                return true;
            case VhostUserRequest.GetStatus:
                _messages.Answer(_status);
                return true;
            case VhostUserRequest.GetVringBase:
                AnswerBase(Read<VringState>());
                return true;
            case VhostUserRequest.GetConfig:
                _messages.Answer([]); // the device has none: an answer without payload is an error
                return true;
            default:
                return false;
        }
    }

    private void AnswerBase(VringState state)
    {
        ushort next = Stop(RingOf(state.Index));
        Span<byte> payload = stackalloc byte[sizeof(VringState)];
        MemoryMarshal.Write(payload, state with { Value = next });
        _messages.Answer(payload);
    }

    private void CarryOut()
    {
        const ulong Done = 0, Failed = 1;
        bool isKnown;
        try
        {
            isKnown = TrySet();
        }
        catch (FrontEndException) when (IsReplyNeeded)
        {
            _messages.Answer(Failed);
            throw;
        }
        if (IsReplyNeeded)
            _messages.Answer(isKnown ? Done : Failed);
        else if (!isKnown)
            throw new FrontEndException($"request {(uint)_messages.Request}, which was not agreed on");
    }

    /// <summary>UML waits for it from the very request on that agrees on it.</summary>
    private bool IsReplyNeeded => _messages.NeedsReply && (_protocol & ProtocolFeatures.ReplyAck) != ProtocolFeatures.None;

    /// <returns>False: it is no request that this device knows.</returns>
    private bool TrySet()
    {
        switch (_messages.Request)
        {
            case VhostUserRequest.SetOwner or VhostUserRequest.ResetOwner:
                break;
            case VhostUserRequest.SetFeatures:
                _features = (DeviceFeatures)Agree(Read<ulong>(), (ulong)Offered);
                if ((_features & DeviceFeatures.ProtocolFeatures) == DeviceFeatures.None)
                    Array.ForEach(_rings, ring => ring.IsEnabled = true);
                break;
            case VhostUserRequest.SetProtocolFeatures:
                _protocol = (ProtocolFeatures)Agree(Read<ulong>(), (ulong)ProtocolOffer);
                if (_inBand is not null && (_protocol & InBandNeeds) != InBandNeeds)
                    throw new FrontEndException("no in-band notifications, which time: virtual needs: User-Mode-Linux has them");
                break;
            case VhostUserRequest.SetMemTable:
                SetMemory();
                break;
            case VhostUserRequest.AddMemReg:
                AddMemory();
                break;
            case VhostUserRequest.RemMemReg:
                if (!_memory.Remove(Read<MemorySlot>().Region))
                    throw new FrontEndException("a memory region that it takes away, and never gave");
                _kept.Remove(Read<MemorySlot>().Region);
                FindRings();
                break;
            case VhostUserRequest.SetVringNum when Read<VringState>() is var length:
                RingOf(length.Index).SetLength(length.Value);
                break;
            case VhostUserRequest.SetVringBase when Read<VringState>() is var first:
                RingOf(first.Index).SetBase(first.Value);
                break;
            case VhostUserRequest.SetVringAddr when Read<VringAddress>() is var place:
                RingOf(place.Index).SetPlace(place.Descriptors, place.Available, place.Used);
                break;
            case VhostUserRequest.SetVringEnable when Read<VringState>() is var state:
                RingOf(state.Index).IsEnabled = state.Value != 0;
                RingOf(state.Index).IsKickedInBand = _inBand is not null && state.Value != 0;
                break;
            case VhostUserRequest.VringKick when _inBand is not null:
                _ = RingOf(Read<VringState>().Index);
                _inBand.OnKick();
                break;
            case VhostUserRequest.SetVringKick:
                SetKick(RingOf(Read<ulong>() & IndexMask));
                break;
            case VhostUserRequest.SetVringCall:
                RingOf(Read<ulong>() & IndexMask).SetCall(TakeSignal());
                break;
            case VhostUserRequest.SetVringErr:
                RingOf(Read<ulong>() & IndexMask).SetError(TakeSignal());
                break;
            case VhostUserRequest.SetBackendReqFd:
                _backendRequests?.Dispose();
                _backendRequests = TakeOnlyDescriptor();
                _kept.Keep(KeptFrontEnd.Requests, _backendRequests);
                break;
            case VhostUserRequest.SetStatus:
                _status = (byte)Read<ulong>();
                if (_status == 0)
                    Array.ForEach(_rings, ring => Stop(ring));
                break;
            default:
                return false;
        }
        return true;
    }

    private void AddMemory()
    {
        using var file = TakeOnlyDescriptor();
        _memory.Add(Read<MemorySlot>().Region, file);
        _kept.Add(Read<MemorySlot>().Region, file.Descriptor);
        FindRings();
    }

    private void SetMemory()
    {
        var table = Read<MemoryTableHeader>();
        var regions = _messages.Payload[sizeof(MemoryTableHeader)..];
        if (table.Count > GuestMemory.MaxRegions || _messages.Descriptors.Count != table.Count || regions.Length < table.Count * sizeof(MemoryRegion))
        {
            throw new FrontEndException($"a memory table of {table.Count} regions with {_messages.Descriptors.Count} descriptors in {regions.Length} "
                + $"bytes; allowed: at most {GuestMemory.MaxRegions}, each with its descriptor");
        }
        _memory.Dispose();
        _kept.RemoveRegions();
        for (int i = 0; i < table.Count; i++) // UML's message has room for more
        {
            var region = MemoryMarshal.Read<MemoryRegion>(regions[(i * sizeof(MemoryRegion))..]);
            _memory.Add(region, _messages.Descriptors[i]);
            _kept.Add(region, _messages.Descriptors[i].Descriptor);
        }
        FindRings();
    }

    /// <summary>After a change of the memory: no ring may go on where it was.</summary>
    private void FindRings()
    {
        foreach (var ring in _rings)
            ring.OnMemoryChanged();
    }

    private void SetKick(Vring ring)
    {
        var kick = TakeSignal() ?? throw new FrontEndException("a virtqueue without a kick descriptor, which this daemon does not poll");
        if (ring.Kick is { } before)
            _kickGoes(before);
        ring.SetKick(kick);
        _kickCame(kick);
    }

    private ushort Stop(Vring ring)
    {
        if (ring.Kick is { } kick)
            _kickGoes(kick);
        return ring.Stop();
    }

    private Vring RingOf(ulong index) =>
        index < Queues ? _rings[index] : throw new FrontEndException($"virtqueue {index}; the device has {Queues}");

    private static ulong Agree(ulong wanted, ulong offered) =>
        (wanted & ~offered) == 0 ? wanted : throw new FrontEndException($"features 0x{wanted & ~offered:x}, which were not offered");

    /// <summary>What one side wakes the other by; null: the message says that there is none.</summary>
    private FileDescriptor? TakeSignal()
    {
        if ((Read<ulong>() & NoDescriptor) != 0)
            return null;
        var signal = TakeOnlyDescriptor();
        var type = FileTypes.Of(signal);
        if (type is FileType.None or FileType.Socket or FileType.Fifo) // an eventfd is of no type
            return signal;
        signal.Dispose();
        throw new FrontEndException("a file in place of an eventfd");
    }

    private FileDescriptor TakeOnlyDescriptor()
    {
        if (_messages.Descriptors is not [var only])
            throw new FrontEndException($"request {(uint)_messages.Request} with {_messages.Descriptors.Count} descriptors in place of one");
        _messages.Descriptors.Clear();
        return only;
    }

    private T Read<T>()
        where T : unmanaged => MemoryMarshal.TryRead(_messages.Payload, out T value)
            ? value
            : throw new FrontEndException(
                $"request {(uint)_messages.Request} with {_messages.Payload.Length} bytes in place of {Unsafe.SizeOf<T>()}");

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct VringState(uint Index, uint Value);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct VringAddress(uint Index, uint Flags, ulong Descriptors, ulong Used, ulong Available, ulong Log);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct MemoryTableHeader(uint Count, uint Padding);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct MemorySlot(ulong Padding, MemoryRegion Region);
}
