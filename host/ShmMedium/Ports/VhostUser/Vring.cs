using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>One of the device's virtqueues as the front end sets it up, and how its two sides wake each other.</summary>
/// <remarks>It starts when its kick descriptor has come, and ends with GET_VRING_BASE. User-Mode-Linux never asks for that: it disables a ring,
/// frees its memory, and sets up a new one when the driver comes again.
/// Source: vhost-user protocol, "Starting and stopping rings"; linux arch/um/drivers/virtio_uml.c, vu_del_vqs.</remarks>
internal sealed unsafe class Vring(GuestMemory memory) : IDisposable
{
    private (ulong Descriptors, ulong Available, ulong Used)? _place; // addresses of the front end's
    private uint _length;
    private ushort _base;
    private FileDescriptor? _call;
    private FileDescriptor? _error;
    private bool _isStarted;

    /// <summary>The virtqueue; nothing before it has started.</summary>
    public Virtqueue Queue { get; } = new(memory);

    /// <summary>The driver signals it; null: the ring has not started, or has been stopped.</summary>
    public FileDescriptor? Kick { get; private set; }

    /// <summary>Whether buffers may be taken and given back.</summary>
    public bool IsRunning => _isStarted && IsEnabled;

    /// <summary>Whether the front end lets it run.</summary>
    public bool IsEnabled { get; set; }

    /// <summary>It starts without a kick descriptor: the driver kicks by messages.</summary>
    public bool IsKickedInBand { get; set; }

    /// <summary>Sets how many buffers it has.</summary>
    /// <exception cref="FrontEndException">That cannot be, or not now.</exception>
    public void SetLength(uint length)
    {
        SetUp();
        if (length is 0 or > Virtqueue.MaxLength || (length & (length - 1)) != 0)
            throw new FrontEndException($"a virtqueue of {length} buffers; allowed: a power of two up to {Virtqueue.MaxLength}");
        _length = length;
    }

    /// <summary>Sets the index of the first buffer that is taken.</summary>
    /// <exception cref="FrontEndException">Not now.</exception>
    public void SetBase(uint index)
    {
        SetUp();
        _base = (ushort)index;
    }

    /// <summary>Sets where its parts are.</summary>
    /// <exception cref="FrontEndException">There is no memory, or it would move while it runs.</exception>
    public void SetPlace(ulong descriptors, ulong available, ulong used)
    {
        if (_place != (descriptors, available, used))
            SetUp();
        _place = (descriptors, available, used);
    }

    /// <summary>The guest's memory is another, or elsewhere.</summary>
    /// <exception cref="FrontEndException">The ring runs, and is in none of it.</exception>
    public void OnMemoryChanged()
    {
        if (_isStarted)
            FindPlace();
    }

    /// <summary>Sets what the driver signals.</summary>
    public void SetKick(FileDescriptor kick)
    {
        Kick?.Dispose();
        Kick = kick;
    }

    /// <summary>Sets what interrupts the driver.</summary>
    /// <param name="call">Null: it looks for itself.</param>
    public void SetCall(FileDescriptor? call)
    {
        _call?.Dispose();
        _call = call;
        if (call is not null) // else a front end that does not read could stop the engine; eventfds of QEMU do not block, anyway
            LibCException.ThrowIfFailed(fcntl(call.Descriptor, F_SETFL, fcntl(call.Descriptor, F_GETFL) | O_NONBLOCK), "set up a call descriptor");
    }

    /// <summary>Sets what tells the front end of an error.</summary>
    public void SetError(FileDescriptor? error)
    {
        _error?.Dispose();
        _error = error;
    }

    /// <summary>Starts when all is there.</summary>
    /// <exception cref="FrontEndException">The memory is gone.</exception>
    public void TryStart(bool hasEventIndex)
    {
        if (_isStarted || (Kick is null && !IsKickedInBand) || _place is null || _length == 0 || !IsEnabled)
            return;
        FindPlace();
        Queue.Start(_base, hasEventIndex);
        _isStarted = true;
    }

    /// <summary>Stops: what was taken is given back, and nothing more is touched.</summary>
    /// <returns>Index of the next buffer that would be taken.</returns>
    /// <exception cref="FrontEndException">The memory is gone.</exception>
    public ushort Stop()
    {
        if (_isStarted)
        {
            _ = Queue.Publish();
            _base = Queue.Taken;
        }
        _isStarted = IsKickedInBand = false;
        Kick?.Dispose();
        Kick = null;
        return _base;
    }

    /// <summary>Names of its descriptors where they are kept.</summary>
    public static string[] KeptNames(int queue) => [$"kick-{queue}", $"call-{queue}", $"error-{queue}"];

    /// <summary>Writes down how it stands.</summary>
    public KeptVring Save()
    {
        (ulong descriptors, ulong available, ulong used) = _place ?? default;
        return new KeptVring
        {
            Descriptors = descriptors,
            Available = available,
            Used = used,
            Length = (ushort)_length,
            Next = _isStarted ? Queue.Taken : _base,
            HasPlace = _place is null ? (byte)0 : (byte)1,
            IsEnabled = IsEnabled ? (byte)1 : (byte)0,
            IsStarted = _isStarted ? (byte)1 : (byte)0,
        };
    }

    /// <summary>Has its descriptors kept.</summary>
    public void Keep(KeptFrontEnd kept, int queue)
    {
        string[] names = KeptNames(queue);
        kept.Keep(names[0], Kick);
        kept.Keep(names[1], _call);
        kept.Keep(names[2], _error);
    }

    /// <summary>Goes on as another engine has left it.</summary>
    /// <param name="isTakenKept">Whether it is written down what was taken; else all that was not given back is taken again.</param>
    /// <exception cref="FrontEndException">The memory is gone, or not all of it was kept.</exception>
    public void Resume(KeptFrontEnd kept, int queue, bool isTakenKept, bool hasEventIndex)
    {
        string[] names = KeptNames(queue);
        (Kick, _call, _error) = (kept.Take(names[0]), kept.Take(names[1]), kept.Take(names[2]));
        var state = kept.Vring(queue);
        (_length, _base, IsEnabled) = (state.Length, state.Next, state.IsEnabled != 0);
        _place = state.HasPlace != 0 ? (state.Descriptors, state.Available, state.Used) : null;
        if (state.IsStarted == 0)
            return;
        if (Kick is null)
            throw new FrontEndException("a virtqueue whose kick descriptor was not kept");
        FindPlace();
        Queue.Resume(isTakenKept ? state.Next : null, hasEventIndex);
        _isStarted = true;
        Interrupt(); // the engine before may have published and not rung
    }

    /// <summary>Interrupts the driver. UML's is a stream socket: one that is full has been rung already.</summary>
    public void Interrupt() => Signal(_call);

    /// <summary>Tells the front end that the ring cannot be served.</summary>
    public void TellError() => Signal(_error);

    /// <inheritdoc/>
    public void Dispose()
    {
        Kick?.Dispose();
        _call?.Dispose();
        _error?.Dispose();
        Queue.Dispose();
    }

    private static void Signal(FileDescriptor? descriptor)
    {
        ulong one = 1;
        if (descriptor is null)
            return;
        // A socket does not block whatever the front end, which shares its flags, makes of them.
        if (send(descriptor.Descriptor, &one, sizeof(ulong), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == ENOTSOCK)
            _ = write(descriptor.Descriptor, &one, sizeof(ulong));
    }

    private void FindPlace()
    {
        if (_place is { } place && !Queue.TryPlace(_length, place.Descriptors, place.Available, place.Used))
        {
            throw new FrontEndException(
                $"a vring at 0x{place.Descriptors:x}, 0x{place.Available:x}, 0x{place.Used:x}, which is not in the guest's memory");
        }
    }

    /// <summary>It is set up anew. The memory of one that was disabled may be another's by now: nothing is given back.</summary>
    private void SetUp()
    {
        if (IsRunning)
            throw new FrontEndException("a virtqueue that it changes while it runs");
        _isStarted = false;
    }
}
