using System.Text;
using ShmWifi.Lab;
using ShmWifi.Linux;
using ShmWifi.Perf.EndToEnd.Relay;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Tests.Scenarios.Air;

/// <summary>A VM without QEMU and kernel: the real handshake and the guest's end of the real rings. It counts what its radios send and hear.</summary>
/// <remarks>One thread uses it. Its radios are the stations of <see cref="RelayFrame"/>, called phy0, phy1, and so on.</remarks>
internal sealed unsafe class PlayedVm : IDisposable
{
    private readonly IvshmemClient _client;
    private readonly GuestPort _port;
    private uint _unpublished;
    private ulong _syncs;
    private ulong _answered;

    /// <summary>Attaches to the daemon and announces the radios.</summary>
    /// <param name="socket">The daemon's.</param>
    /// <param name="stations">Numbers of the stations, a radio each.</param>
    public PlayedVm(string socket, params ReadOnlySpan<byte> stations)
    {
        _client = new IvshmemClient(socket);
        _port = _client.Port;
        _port.SetReady(RegionFeatures.None);
        Tell(RingKind.Hello, 0, 0, "");
        var radios = new List<PlayedRadio>();
        foreach (byte station in stations)
        {
            ushort number = (ushort)radios.Count;
            radios.Add(new PlayedRadio(number, station));
            Tell(RingKind.RadioAdd, number, station, $"phy{number}");
            Tell(RingKind.AddressAdd, number, station, "");
        }
        Radios = radios;
        Flush();
    }

    /// <summary>Its radios.</summary>
    public IReadOnlyList<PlayedRadio> Radios { get; }

    /// <summary>Sends a frame if there is room; it waits for <see cref="Flush"/>.</summary>
    /// <param name="radio">Which of its radios sends.</param>
    /// <param name="receiver">A station or everyone.</param>
    /// <param name="shape">How.</param>
    public bool TrySend(PlayedRadio radio, byte receiver, FrameShape shape)
    {
        if (!_port.Tx.HasFree(_unpublished + 1))
            return false;
        TxSlotHeader* slot = _port.TxSlot(_port.Tx.Tail + _unpublished++);
        *slot = new TxSlotHeader
        {
            Kind = RingKind.Frame,
            Flags = (byte)(receiver == RelayFrame.Everyone || !shape.IsAcknowledged ? TxFlags.NoAck : TxFlags.RequestStatus),
            Radio = radio.Number,
            Length = (uint)shape.Length,
            Offset = Abi.SlotHeaderSize,
            FreqMhz = (uint)shape.FreqMhz,
            Cookie = (ulong)radio.Sent,
            CapturedNs = (ulong)MonotonicClock.NowNs,
        };
        shape.Rates.CopyTo(new Span<byte>(slot->Rates, TxChain.RatesLength));
        shape.RateFlags.CopyTo(new Span<byte>(slot->RateFlags, TxChain.FlagsLength));
        RelayFrame.Write((byte*)slot + Abi.SlotHeaderSize, shape.Length, (uint)radio.Sent, receiver, radio.Station);
        radio.Sent++;
        return true;
    }

    /// <summary>Gives away what was sent.</summary>
    public void Flush()
    {
        if (_unpublished == 0)
            return;
        uint count = _unpublished;
        _unpublished = 0;
        if (_port.Tx.Publish(count))
            Ring();
    }

    /// <summary>Takes all that came, and counts it.</summary>
    /// <returns>Whether anything came.</returns>
    /// <exception cref="LabException">The daemon faulted it.</exception>
    public bool Take()
    {
        uint ready = _port.Rx.CountReady();
        if (ready == 0)
            return _port.State == PortState.Attached ? false : throw new LabException($"shm-medium faulted a VM: {_port.Fault}");
        ulong now = (ulong)MonotonicClock.NowNs;
        for (uint i = 0; i < ready; i++)
        {
            uint index = _port.Rx.Taken + i;
            RxDescriptor descriptor = _port.ReadDescriptor(index);
            if (descriptor.Kind == RingKind.ClockSync)
                _answered = descriptor.Cookie;
            if (descriptor.Radio >= Radios.Count)
                continue;
            if (descriptor.Kind == RingKind.TxStatus)
                Radios[descriptor.Radio].CountStatus(in descriptor);
            else if (descriptor.Kind == RingKind.Frame)
            {
                Radios[descriptor.Radio].CountFrame(in descriptor, _client.Region.Address + descriptor.Offset, now);
                _port.SetInjected(index, now);
            }
        }
        _port.Rx.Take(ready);
        if (_port.Rx.Release(ready))
            Ring();
        return true;
    }

    /// <summary>Sleeps until the daemon rings.</summary>
    /// <param name="timeoutMs">How long at most.</param>
    public void Wait(int timeoutMs)
    {
        if (!_port.Rx.Arm())
            return;
        var rung = new pollfd { fd = _client.OwnEvent, events = POLLIN };
        ulong count;
        if (poll(&rung, 1, timeoutMs) == 1)
            _ = read(_client.OwnEvent, &count, sizeof(ulong));
    }

    /// <summary>Waits until the daemon has dealt with all that it was given, and takes all that came of it.</summary>
    /// <exception cref="LabException">The daemon does not answer.</exception>
    public void Synchronise()
    {
        _port.TxSlot(_port.Tx.Tail + _unpublished++)[0] = new TxSlotHeader { Kind = RingKind.ClockSync, Cookie = ++_syncs };
        Flush();
        long start = MonotonicClock.NowNs;
        while (_answered != _syncs)
        {
            if (Take())
                continue;
            Impatience.Check(start, (uint)_syncs);
            Thread.Yield();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private void Tell(RingKind kind, ushort radio, byte station, string name)
    {
        TxSlotHeader* slot = _port.TxSlot(_port.Tx.Tail + _unpublished++);
        *slot = new TxSlotHeader { Kind = kind, Radio = radio, Length = (uint)name.Length, Offset = Abi.SlotHeaderSize };
        Encoding.ASCII.GetBytes(name, new Span<byte>((byte*)slot + Abi.SlotHeaderSize, name.Length));
        RelayFrame.AddressOf(station).CopyTo(new Span<byte>(slot->Address, 6));
    }

    private void Ring()
    {
        _port.Count(GuestCounter.Doorbells);
        ulong one = 1;
        _ = write(_client.DaemonEvent, &one, sizeof(ulong));
    }
}
