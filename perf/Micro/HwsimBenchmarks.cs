using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Hwsim.Datapath;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.Micro;

/// <summary>hwsim's messages in the injector: read in place, written for sendmsg.</summary>
[MemoryDiagnoser]
public unsafe class HwsimBenchmarks
{
    private const int NoSocket = -1;
    private static readonly TxRates Rates = new(0x00ff_00ff_00ff_0100);
    private readonly byte[] _frame = RecordedMessages.Frame;
    private readonly byte[] _addressAdd = RecordedMessages.AddressAdd;
    private readonly MacAddress _radio = MacAddress.Parse(RecordedMessages.Radio);
    private InjectionBatch? _batch;
    private byte* _payload;

    /// <summary>Makes an empty batch.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _batch = new InjectionBatch(new NetlinkChannel(NoSocket, RecordedMessages.Family), maxBytes: int.MaxValue);
        _payload = (byte*)NativeMemory.AllocZeroed(Abi.SlotPayloadSize);
    }

    /// <summary>Frees it.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _batch?.Dispose();
        NativeMemory.Free(_payload);
    }

    /// <summary>HWSIM_CMD_FRAME, as a kernel sent it.</summary>
    [Benchmark]
    public int ParseFrame() => HwsimMessage.Read(_frame, RecordedMessages.Family).PayloadLength;

    /// <summary>HWSIM_CMD_ADD_MAC_ADDR, as a kernel sent it.</summary>
    [Benchmark]
    public ulong ParseAddress() => HwsimMessage.Read(_addressAdd, RecordedMessages.Family).Address.Value;

    /// <summary>HWSIM_CMD_FRAME for a radio, one of a full batch; with its share of one sendmsg that fails at once.</summary>
    [Benchmark(OperationsPerInvoke = InjectionBatch.MaxMessages)]
    public bool BuildFrame()
    {
        var descriptor = new RxDescriptor { Kind = RingKind.Frame, Length = 1500, FreqMhz = 2412, SignalDbm = -30 };
        while (!_batch!.IsFull)
            _batch.AddFrame(_radio, in descriptor, index: 0, _payload);
        return _batch.Send();
    }

    /// <summary>The same of a frame that may move, and is copied for it.</summary>
    [Benchmark(OperationsPerInvoke = InjectionBatch.MaxMessages)]
    public bool BuildCopiedFrame()
    {
        var descriptor = new RxDescriptor { Kind = RingKind.Frame, Length = 1500, FreqMhz = 2412, SignalDbm = -30 };
        while (!_batch!.IsFull)
        {
            new ReadOnlySpan<byte>(_payload, 1500).CopyTo(new Span<byte>(_batch.NextCopy, 1500));
            _batch.AddFrame(_radio, in descriptor, index: 0, _batch.NextCopy);
        }
        return _batch.Send();
    }

    /// <summary>HWSIM_CMD_TX_INFO_FRAME for a radio, one of a full batch; likewise.</summary>
    [Benchmark(OperationsPerInvoke = InjectionBatch.MaxMessages)]
    public bool BuildStatus()
    {
        while (!_batch!.IsFull)
            _batch.AddStatus(_radio, cookie: 1, TxFlags.Acked, Rates, signalDbm: -30);
        return _batch.Send();
    }
}
