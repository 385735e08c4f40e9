using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using ShmWifi.Lab;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Perf.EndToEnd.Rings;

/// <summary>The loops that are measured, on the rings of one port. baseline.c has the same, step by step: change both or neither.</summary>
/// <remarks>A chunk is a method call, so that the runtime compiles it as it compiles the engine's loop.</remarks>
internal sealed unsafe class RingLoops : IDisposable
{
    private readonly SharedMemory _memory;
    private readonly HostPort _host;
    private readonly byte[] _apart; // the two sides' objects share no line
    private readonly GuestPort _guest;
    private readonly RingTask _task;

    /// <summary>Lays a region out.</summary>
    public RingLoops(RingTask task)
    {
        _task = task;
        var geometry = new RegionGeometry(Ports: 1);
        _memory = SharedMemory.Create("shmwifi-bench", geometry.RegionSize);
        new Span<byte>(_memory.Address, (int)_memory.Size).Clear(); // no page faults later
        var region = Region.Create(_memory.Address, geometry, RegionFeatures.ByReference, epoch: 1);
        _host = region.Attach(port: 0, peerId: 1, "bench");
        _apart = new byte[2 * Abi.Line];
        _guest = region.OpenGuestPort(0);
        (First, Second) = task.Loop switch
        {
            RingLoop.RoundTrip => (AskChunk, AnswerChunk),
            RingLoop.Messages or RingLoop.HandOver => (ReceiveChunk, SendChunk),
            _ => ((Action<ulong>)InPlaceChunk, (Action<ulong>?)null),
        };
    }

    /// <summary>Does a chunk from the frame of a number on; its time is what counts.</summary>
    public Action<ulong> First { get; }

    /// <summary>Does the other side's chunk, on another thread; null when there is none.</summary>
    public Action<ulong>? Second { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory.Dispose();
        GC.KeepAlive(_apart);
    }

    /// <summary>Who polls without it is slower: what the core has looked up ahead is thrown away when the word changes.</summary>
    private static void Relax()
    {
        if (X86Base.IsSupported)
            X86Base.Pause();
        else
            ArmBase.Yield();
    }

    private void AskChunk(ulong number)
    {
        for (ulong end = number + _task.Count; number < end; number++)
            Ask(number);
    }

    private void AnswerChunk(ulong number)
    {
        for (ulong end = number + _task.Count; number < end; number++)
            Answer();
    }

    private void SendChunk(ulong number)
    {
        for (ulong end = number + _task.Count; number < end; number += _task.Batch)
            SendBatch(number);
    }

    private void ReceiveChunk(ulong number)
    {
        for (ulong end = number + _task.Count; number < end;)
            number = Receive(number, end);
    }

    private void InPlaceChunk(ulong number)
    {
        for (ulong end = number + _task.Count; number < end; number++)
        {
            SendBatch(number);
            _ = Receive(number, number + 1);
        }
    }

    private void Ask(ulong number)
    {
        var tx = _guest.Tx;
        var rx = _guest.Rx;
        while (!tx.HasFree(1))
            Relax();
        Fill(_guest.TxSlot(tx.Tail), number);
        _ = tx.Publish(1);
        while (rx.CountReady() == 0)
            Relax();
        var answer = _guest.ReadDescriptor(rx.Taken);
        rx.Take(1);
        _ = rx.Release(1);
        if (answer.Cookie != number)
            throw new LabException($"round trip {number} of the rings brought back frame {answer.Cookie}");
    }

    private void Answer()
    {
        var tx = _host.Tx;
        var rx = _host.Rx;
        while (tx.CountReady() == 0)
            Relax();
        var slot = _host.TxSlot(tx.Taken);
        var header = *slot;
        tx.Take(1);
        while (!rx.HasFree(1))
            Relax();
        *_host.Descriptor(rx.Tail) = new RxDescriptor
        {
            Kind = RingKind.Frame,
            Length = header.Length,
            Offset = _host.OffsetOf((byte*)slot) + header.Offset,
            Cookie = header.Cookie,
        };
        _ = rx.Publish(1);
        _ = tx.Release(1);
    }

    private void SendBatch(ulong number)
    {
        var tx = _guest.Tx;
        uint batch = _task.Batch;
        while (!tx.HasFree(batch))
            Relax();
        for (uint i = 0; i < batch; i++)
        {
            var slot = _guest.TxSlot(tx.Tail + i);
            Fill(slot, number + i);
            if (_task.Loop == RingLoop.Messages)
                WritePayload((ulong*)((byte*)slot + Abi.SlotHeaderSize), number + i);
        }
        _ = tx.Publish(batch);
    }

    private ulong Receive(ulong number, ulong end)
    {
        var tx = _host.Tx;
        uint ready;
        while ((ready = tx.CountReady()) == 0)
            Relax();
        ready = (uint)Math.Min(ready, end - number);
        for (uint i = 0; i < ready; i++, number++)
        {
            var slot = _host.TxSlot(tx.Taken + i);
            var header = *slot;
            if (header.Offset < Abi.SlotHeaderSize || header.Length > Abi.SlotPayloadSize || header.Offset > Abi.SlotSize - header.Length)
                throw new LabException($"the header of frame {number} arrived damaged in the rings");
            if (header.Cookie != number)
                throw new LabException($"frame {number} was lost in the rings");
            if (_task.Loop == RingLoop.Messages && !ReadPayload((ulong*)((byte*)slot + header.Offset), header.Length, number))
                throw new LabException($"the payload of frame {number} arrived damaged in the rings");
        }
        tx.Take(ready);
        _ = tx.Release(ready);
        return number;
    }

    private void Fill(TxSlotHeader* slot, ulong number)
    {
        slot->Kind = RingKind.Frame;
        slot->Length = _task.Size;
        slot->Offset = Abi.SlotHeaderSize;
        slot->Cookie = number;
    }

    /// <summary>A word at a time in both languages: what is compared are rings, not memcpy.</summary>
    private void WritePayload(ulong* payload, ulong number)
    {
        uint words = _task.Size / sizeof(ulong);
        for (uint i = 0; i < words; i++)
            payload[i] = number + i;
    }

    private static bool ReadPayload(ulong* payload, uint length, ulong number)
    {
        uint words = length / sizeof(ulong);
        ulong sum = 0;
        for (uint i = 0; i < words; i++)
            sum += payload[i];
        return sum == (words * number) + ((ulong)words * (words - 1) / 2);
    }
}
