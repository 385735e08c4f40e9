using System.Diagnostics;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.SystemTests.KernelModule;

/// <summary>The host of a port whose guest is under test: it notes what the guest sends, answers its clock, and posts what the test says.</summary>
internal sealed class PlayedHost : IAsyncDisposable
{
    /// <summary>The port that the guest has.</summary>
    public const int PortIndex = 0;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(2);

    private readonly Lock _lock = new();
    private readonly IvshmemPeer _device;
    private readonly Region _region;
    private readonly HostPort _port;
    private readonly List<HeardSlot> _heard = [];
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    /// <summary>Attaches the guest's port and serves it.</summary>
    /// <param name="device">A region of ours.</param>
    public unsafe PlayedHost(IvshmemPeer device)
    {
        _device = device;
        _region = Region.Open(device.Memory.Address, device.Memory.Size);
        _port = _region.Attach(PortIndex, IvshmemPeer.VmPeerId, "guest");
        _region.HostState = HostState.Running;
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>Whether it neither takes nor posts anything of its own.</summary>
    public bool IsSilent { get; set; }

    /// <summary>The region.</summary>
    public Region Region => _region;

    /// <summary>Its words in the port, to write what a host must not.</summary>
    public unsafe PortHeader* Words => (PortHeader*)(_region.Address + RegionGeometry.PortsOffset + (PortIndex * _region.Geometry.PortStride));

    /// <summary>Where the guest has come to in the RX ring.</summary>
    public unsafe uint RxHead => Volatile.Read(ref Words->RxHead);

    /// <summary>Whether the guest knows this clock.</summary>
    public bool KnowsClock => _port.ClockErrorNs != 0;

    /// <summary>What the guest counts.</summary>
    /// <param name="counter">Which.</param>
    public ulong Read(GuestCounter counter) => _port.ReadCounter(counter);

    /// <summary>Forgets what was heard.</summary>
    public void Forget()
    {
        lock (_lock)
            _heard.Clear();
    }

    /// <summary>All that was heard.</summary>
    public IReadOnlyList<HeardSlot> Heard()
    {
        lock (_lock)
            return [.. _heard];
    }

    /// <summary>Waits until the guest has said something.</summary>
    /// <param name="what">For the message, should it not come.</param>
    /// <param name="condition">What is waited for.</param>
    public async Task<HeardSlot> HearAsync(string what, Func<HeardSlot, bool> condition)
    {
        HeardSlot? found = null;
        await UntilAsync(
            () => (found = Heard().FirstOrDefault(condition)) != null,
            () => $"{what} did not come; heard were: {string.Join(", ", Heard().Select(slot => $"{slot.Kind} of radio {slot.Radio}"))}");
        return found!;
    }

    /// <summary>Waits.</summary>
    /// <param name="condition">For what.</param>
    /// <param name="message">Should it not come.</param>
    public static async Task UntilAsync(Func<bool> condition, Func<string> message)
    {
        for (var watch = Stopwatch.StartNew(); !condition(); await Task.Delay(LookInterval))
            Assert.That(watch.Elapsed, Is.LessThan(Limit), message());
    }

    /// <summary>Posts a frame from a slot of the pool, and waits until the guest has given it back.</summary>
    /// <param name="radio">Who hears it.</param>
    /// <param name="frame">The 802.11 frame.</param>
    /// <param name="freqMhz">Where.</param>
    /// <returns>As <see cref="PostAndWaitAsync"/>.</returns>
    public Task<ulong> DeliverAsync(ushort radio, ReadOnlySpan<byte> frame, uint freqMhz)
    {
        Fill(frame);
        return PostAndWaitAsync(FrameOf(radio, (uint)frame.Length, freqMhz));
    }

    /// <summary>A descriptor of a frame in the pool's first slot.</summary>
    /// <param name="radio">Who hears it.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="freqMhz">Where.</param>
    public unsafe RxDescriptor FrameOf(ushort radio, uint length, uint freqMhz) => new()
    {
        Kind = RingKind.Frame,
        Radio = radio,
        Length = length,
        Offset = _port.OffsetOf(_port.PoolSlot(0)),
        FreqMhz = freqMhz,
        SignalDbm = -50,
    };

    /// <summary>Posts a descriptor and interrupts the guest.</summary>
    /// <param name="descriptor">Anything.</param>
    /// <returns>Its free-running index.</returns>
    public uint Post(RxDescriptor descriptor)
    {
        lock (_lock)
            return Publish(descriptor);
    }

    /// <summary>Posts a descriptor and waits until the guest has given it back.</summary>
    /// <param name="descriptor">Anything.</param>
    /// <returns>When the guest says it gave its kernel the frame, this clock's ns; 0: it did not.</returns>
    public async Task<ulong> PostAndWaitAsync(RxDescriptor descriptor)
    {
        var index = Post(descriptor);
        await UntilAsync(() => (int)(RxHead - index) > 0, () => $"the guest's RX head stays at {RxHead}, not beyond {index}");
        return _port.InjectedNs(index);
    }

    /// <summary>Interrupts the guest.</summary>
    public void Interrupt() => _device.Interrupt();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _end.Dispose();
        _region.HostState = HostState.Away;
        _region.Detach(PortIndex);
        _device.ForgetDoorbells();
    }

    private async Task ServeAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            if (!IsSilent)
            {
                lock (_lock)
                    TakeAll();
            }

            await Task.Delay(LookInterval);
        }
    }

    private unsafe void Fill(ReadOnlySpan<byte> frame) => frame.CopyTo(new Span<byte>(_port.PoolSlot(0), Abi.SlotSize));

    private unsafe void TakeAll()
    {
        _port.Tx.RefreshTail();
        var count = _port.Tx.CountReady();
        for (uint i = 0; i < count; i++)
        {
            var slot = _port.TxSlot(_port.Tx.Taken + i);
            if (slot->Kind == RingKind.ClockSync)
            {
                var now = (ulong)MonotonicClock.NowNs;
                Publish(new RxDescriptor { Kind = RingKind.ClockSync, Cookie = slot->Cookie, TakenNs = now, PostedNs = now });
            }
            else
            {
                _heard.Add(HeardSlot.Copy(slot));
            }
        }

        _port.Tx.Take(count);
        if (count > 0 && _port.Tx.Release(count))
            _device.Interrupt();
    }

    private unsafe uint Publish(RxDescriptor descriptor)
    {
        var index = _port.Rx.Tail;
        *_port.Descriptor(index) = descriptor;
        _port.Rx.Publish(1);
        _device.Interrupt(); // whether it asked or not: the guest must bear it
        return index;
    }
}
