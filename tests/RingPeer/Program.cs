using ShmWifi.RingBuffer;
using ShmWifi.Tests.RingPeer;

var options = PeerOptions.Parse(args);

// The test holds the other end of our standard input: it closes with the test, however that ends.
new Thread(static () =>
{
    _ = Console.In.ReadToEnd();
    Environment.Exit((int)Verdict.Orphaned);
})
{ IsBackground = true }.Start();

using Doorbell wake = options.Device is { } device ? new UioDoorbell(device) : new EventDoorbell(options.Wake);
using var ring = options.Device is null ? new EventDoorbell(options.Ring) : wake;
using var memory = SharedMemory.Map(options.Device is null ? options.Memory : wake.Descriptor, options.Size, offset: 0, ownsDescriptor: false);
var region = OpenRegion(memory);
Func<Verdict> run = options.Role switch
{
    Role.TxProducer => new TxProducer(region, wake, ring, options).Run,
    Role.TxConsumer => new TxConsumer(region, wake, ring, options).Run,
    Role.RxConsumer => new RxConsumer(region, wake, ring, options).Run,
    _ => throw new ArgumentException($"no role {options.Role}", nameof(args)),
};
Console.WriteLine("ready");
return (int)run();

static unsafe Region OpenRegion(SharedMemory memory) => Region.Open(memory.Address, memory.Size);
