using ShmWifi.Hwsim.Datapath;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Ports.VhostUser;
using Tmds.Linux;
using static ShmWifi.Tests.Support.SimulatedFrontEnd;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports.VhostUser;

/// <summary>Front ends that send anything, and drivers that write anything: nothing but their end comes of it.</summary>
public sealed class RandomFrontEndTests
{
    private const int Requests = 10_000;

    [Test]
    public void NothingComesOfItButItsEnd([Values(1, 2)] int seed) => Play(seed, Requests / 2);

    [Test]
    [Explicit("takes an hour and more")]
    [Category("Nightly")]
    public void NothingComesOfItButItsEndThroughTheNight([Values(3, 4)] int seed) => Play(seed, 500_000);

    private static unsafe void Play(int seed, int requests)
    {
        var random = new Random(seed);
        int ends = 0, runs = 0;
        int before = OpenDescriptors();
        int* pair = stackalloc int[2];
        for (int sent = 0; sent < requests; ends++)
        {
            LibCException.ThrowIfFailed(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "socketpair");
            using var hostile = new SimulatedFrontEnd(new FileDescriptor(pair[0]), isSealed: random.Next(2) == 0);
            using var kept = new KeptFrontEnd(new NoDescriptorStore(), "vm");
            using var frontEnd = new FrontEnd(new FileDescriptor(pair[1]), _ => { }, _ => { }, kept);
            try
            {
                var honest = Task.Run(() => SetUpPart(hostile, random.Next(4) != 0));
                while (!honest.IsCompleted)
                    frontEnd.Receive();
                for (int i = 0; i < 50 && sent < requests; i++, sent++)
                {
                    Act(hostile, random);
                    frontEnd.Receive();
                    if (!frontEnd.IsRunning)
                        continue;
                    runs++;
                    Move(frontEnd);
                }
            }
            catch (FrontEndException)
            {
                // Its end.
            }
        }
        using (Assert.EnterMultipleScope())
        {
            Assert.That(runs, Is.GreaterThan(requests / 20), "virtqueues ran");
            Assert.That(ends, Is.GreaterThan(requests / 100), "and front ends were put out");
            Assert.That(OpenDescriptors(), Is.LessThanOrEqualTo(before + 5), "all that they sent is closed"); // the runtime opens some itself
        }
    }

    private static void SetUpPart(SimulatedFrontEnd frontEnd, bool isWhole)
    {
        if (isWhole)
        {
            frontEnd.SetUp();
            return;
        }
        frontEnd.Do(VhostUserRequest.SetProtocolFeatures, Word(1 << 3));
        frontEnd.SetMemory();
    }

    private static void Act(SimulatedFrontEnd frontEnd, Random random)
    {
        if (random.Next(2) == 0)
        {
            Scribble(frontEnd.Sent, random);
            Scribble(frontEnd.Taken, random);
            return;
        }
        var request = (VhostUserRequest)random.Next(1, 45);
        byte[] payload = random.Next(4) switch
        {
            0 => Word((ulong)random.NextInt64()),
            1 => Pair((uint)random.Next(3), (uint)(1 << random.Next(12))),
            2 => MemoryTable((uint)random.Next(4),
                Region, Region with { GuestAddress = (ulong)random.NextInt64(), MapOffset = (ulong)random.Next(1 << 22) }),
            _ => RandomBytes(random, random.Next(80)),
        };
        int[] descriptors = [.. Enumerable.Range(0, random.Next(4)).Select(i => random.Next(2) == 0 ? frontEnd.MemoryFile : frontEnd.KickOf(0))];
        frontEnd.Send(request, payload, random.Next(3) == 0 ? NeedReply : 0, descriptors);
    }

    /// <summary>Writes what no driver writes, but often near enough to what one does.</summary>
    private static void Scribble(SimulatedDriver driver, Random random)
    {
        for (int i = 0; i < 8; i++)
        {
            ulong address = random.Next(8) == 0 ? (ulong)random.NextInt64() : driver.AddressOf(random.Next(driver.Length)) + (ulong)random.Next(4096);
            driver[random.Next(driver.Length)] = new(
                address, (uint)random.Next(random.Next(4) == 0 ? int.MaxValue : 5000), (ushort)random.Next(8), (ushort)random.Next(300));
            random.NextBytes(driver.Buffer(random.Next(driver.Length))[..64]);
        }
        for (int i = random.Next(4); i > 0; i--)
            driver.Post((ushort)random.Next(random.Next(16) == 0 ? 300 : driver.Length));
        if (random.Next(64) == 0)
            driver.Available = (ushort)random.Next(ushort.MaxValue);
    }

    /// <summary>What the datapath does: takes what was sent, and sends something.</summary>
    private static unsafe void Move(FrontEnd frontEnd)
    {
        const int Count = 4, Size = 3968;
        byte* bytes = stackalloc byte[Count * Size];
        var vectors = stackalloc iovec[Count];
        var messages = stackalloc mmsghdr[Count];
        for (int i = 0; i < Count; i++)
        {
            vectors[i] = new iovec { iov_base = bytes + (i * Size), iov_len = Size };
            messages[i] = new mmsghdr { msg_hdr = new msghdr { msg_iov = vectors + i, msg_iovlen = 1 } };
        }
        (var toHost, var toGuest) = (frontEnd.ToHost, frontEnd.ToGuest);
        using var channel = new VirtqueueChannel(toHost.Queue, toGuest.Queue, toHost.Interrupt, toGuest.Interrupt, () => { });
        int taken = channel.Receive(messages, Count);
        for (int i = 0; i < taken; i++)
            Assert.That(messages[i].msg_len, Is.LessThanOrEqualTo((uint)Size));
        if (channel.CountRoom(1) == 0)
            return;
        *(uint*)bytes = 100; // nlmsg_len
        var vector = new iovec { iov_base = bytes, iov_len = 100 };
        var message = new msghdr { msg_iov = &vector, msg_iovlen = 1 };
        _ = ((IHwsimChannel)channel).Send(&message);
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static int OpenDescriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
}
