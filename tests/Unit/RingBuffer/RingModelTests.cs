using System.Runtime.InteropServices;
using CsCheck;
using ShmWifi.RingBuffer;

namespace ShmWifi.Tests.Unit.RingBuffer;

/// <summary>Both ends of a ring against a queue, under any sequence of operations.</summary>
internal class RingModelTests
{
    private const int Runs = 2000;

    /// <summary>2^n slots, and how far before 2^32 the indices start: most runs wrap.</summary>
    private static readonly Gen<(uint Length, uint BeforeWrap)> AnyShape =
        Gen.Select(Gen.Int[4, 8], Gen.UInt[0, 255], (lengthLog2, beforeWrap) => (1u << lengthLog2, beforeWrap));

    /// <summary>What tells the producer that there is room for so many more slots.</summary>
    public enum Gate
    {
        /// <summary>The ring's own.</summary>
        Sound,

        /// <summary>Control: one slot too many.</summary>
        LooseByOne,

        /// <summary>Control: right until the tail has wrapped and the head has not.</summary>
        BlindToTheWrap,
    }

    [Test]
    public void NothingIsLostOrReorderedAndNeverMoreThanTheLengthIsInUse() =>
        Assert.That(SampleAgainstQueue(Gate.Sound), Is.GreaterThan(Runs / 4), "runs whose tail passed 2^32");

    [TestCase(Gate.LooseByOne)]
    [TestCase(Gate.BlindToTheWrap)]
    public void ABrokenGateIsCaught(Gate gate) => Assert.That(() => SampleAgainstQueue(gate), Throws.TypeOf<CsCheckException>());

    /// <summary>Each end has a lock, so that one thread at a time plays it; the ends have none in common.</summary>
    [Test]
    public void EndsInParallelComeToWhatSomeOrderOfTheirOperationsComesTo() =>
        AnyShape.Select(shape => new RealRing(shape.Length, shape.BeforeWrap, Gate.Sound)).SampleParallel(
            Gen.UInt[0, 20].Operation<RealRing>((ring, wanted) => ring.TryPublish(wanted)),
            Gen.UInt[0, 20].Operation<RealRing>((ring, most) => ring.TakeAndRelease(most)),
            equal: (one, other) => one.Outcome.SequenceEqual(other.Outcome),
            iter: Runs / 10); // each is compared with all orders

    [Test]
    public void WhoSleepsIsRungByTheFirstSlotThatComesAndByNoOther() => Gen.Select(AnyShape, Gen.UShort.Array).Sample(
        (shape, script) =>
        {
            using var words = new RingWords(shape.Length, 0u - shape.BeforeWrap);
            var producer = words.Producer();
            var consumer = words.Consumer();
            bool consumerSleeps = false;
            bool producerSleeps = false;

            foreach (ushort word in script)
            {
                uint count = 1 + (word / 4u % 7);
                switch (word % 4)
                {
                    case 0 when !producerSleeps && producer.HasFree(count):
                        Assert.That(producer.Publish(count) || !consumerSleeps, Is.True, "a sleeping consumer learns of a slot");
                        Assert.That(producer.HasFree(1) && producer.Publish(1), Is.False, "and of it only once");
                        consumerSleeps = false;
                        break;

                    case 1 when !consumerSleeps && consumer.Held + consumer.CountReady() >= count:
                        consumer.Take(count > consumer.Held ? count - consumer.Held : 0);
                        Assert.That(consumer.Release(count) || !producerSleeps, Is.True, "a sleeping producer learns of a free slot");
                        producerSleeps = false;
                        break;

                    case 2 when !consumerSleeps:
                        consumerSleeps = consumer.Arm();
                        Assert.That(consumerSleeps, Is.EqualTo(producer.Tail == consumer.Taken));
                        break;

                    case 3 when !producerSleeps && producer.CountFree() == 0:
                        producerSleeps = producer.ArmFree();
                        Assert.That(producerSleeps, Is.True, "nothing came back meanwhile");
                        break;
                }
                Assert.That(consumerSleeps && producerSleeps, Is.False, "they never wait for each other");
            }
        },
        iter: Runs);

    /// <summary>Ring and queue log what each operation showed; the logs must be the same. Returns how many runs wrapped.</summary>
    private static int SampleAgainstQueue(Gate gate)
    {
        int wraps = 0;
        AnyShape.Select(shape => (new RealRing(shape.Length, shape.BeforeWrap, gate), new QueueModel(shape.Length))).SampleModelBased(
            Gen.UInt[0, 300].Operation<RealRing, QueueModel>((ring, wanted) => ring.Publish(wanted), (model, wanted) => model.Publish(wanted)),
            Gen.UInt[0, 300].Operation<RealRing, QueueModel>((ring, most) => ring.Take(most), (model, most) => model.Take(most)),
            Gen.UInt[0, 300].Operation<RealRing, QueueModel>((ring, most) => ring.Release(most), (model, most) => model.Release(most)),
            Gen.Operation<RealRing, QueueModel>(ring => ring.Arm(), model => model.Arm()),
            equal: (ring, model) =>
            {
                if (ring.HasWrapped)
                    Interlocked.Increment(ref wraps);
                return ring.Log.SequenceEqual(model.Log);
            },
            iter: Runs,
            printActual: ring => string.Join(' ', ring.Log),
            printModel: model => string.Join(' ', model.Log));
        return wraps;
    }

    /// <summary>A ring with its slots, each of which holds its frame's number.</summary>
    private sealed unsafe class RealRing
    {
        private readonly uint[] _words = GC.AllocateArray<uint>(4, pinned: true); // nobody disposes of what CsCheck makes
        private readonly RingProducer _producer;
        private readonly RingConsumer _consumer;
        private readonly uint[] _slots;
        private readonly Gate _gate;
        private readonly Lock _producing = new();
        private readonly Lock _consuming = new();
        private readonly List<uint> _taken = [];
        private readonly List<bool> _published = [];
        private uint _next = 1000;

        public RealRing(uint length, uint beforeWrap, Gate gate)
        {
            _words.AsSpan().Fill(0u - beforeWrap);
            _producer = new RingProducer(Word(0), Word(1), Word(2), Word(3), length);
            _consumer = new RingConsumer(Word(0), Word(1), Word(2), Word(3), length);
            _slots = new uint[length];
            _gate = gate;
        }

        public List<string> Log { get; } = [];

        public bool HasWrapped { get; private set; }

        /// <summary>What each end saw, and what is left.</summary>
        public IEnumerable<string> Outcome =>
            [$"{_consumer.CountReady()} ready", $"took {string.Join(' ', _taken)}", $"published {string.Join(' ', _published)}"];

        private uint Length => (uint)_slots.Length;

        public void Publish(uint wanted)
        {
            wanted %= Length + 2;
            Log.Add($"publish {wanted}: {TryPublish(wanted)}");
            LogState();
        }

        public void Take(uint most)
        {
            bool isSound = _consumer.RefreshTail();
            uint ready = _consumer.CountReady();
            uint count = Math.Min(most, ready);
            Log.Add($"take: {isSound}, of {ready} {Numbers(_consumer.Taken, count)}");
            _consumer.Take(count);
            LogState();
        }

        public void Release(uint most)
        {
            uint count = Math.Min(most, _consumer.Held);
            Log.Add($"release: {Numbers(_consumer.Head, count)}"); // a held slot does not change
            _ = _consumer.Release(count);
            LogState();
        }

        public void Arm()
        {
            Log.Add($"arm: {_consumer.Arm()}");
            LogState();
        }

        public bool TryPublish(uint wanted)
        {
            lock (_producing)
            {
                bool isFree = HasFree(wanted);
                _published.Add(isFree);
                if (!isFree)
                    return false;
                uint before = _producer.Tail;
                for (uint i = 0; i < wanted; i++)
                    _slots[(before + i) & (Length - 1)] = _next++;
                _ = _producer.Publish(wanted);
                HasWrapped |= _producer.Tail < before;
                return true;
            }
        }

        public void TakeAndRelease(uint most)
        {
            lock (_consuming)
            {
                _consumer.RefreshTail();
                uint count = Math.Min(most, _consumer.CountReady());
                for (uint i = 0; i < count; i++)
                    _taken.Add(_slots[(_consumer.Taken + i) & (Length - 1)]);
                _consumer.Take(count);
                _ = _consumer.Release(count);
            }
        }

        private SharedIndex Word(int index) => new((uint*)Marshal.UnsafeAddrOfPinnedArrayElement(_words, index));

        private bool HasFree(uint wanted) => _gate switch
        {
            Gate.LooseByOne => _producer.HasFree(Math.Max(wanted, 1) - 1),
            Gate.BlindToTheWrap => (ulong)_producer.Tail + wanted <= (ulong)_consumer.Head + Length,
            _ => _producer.HasFree(wanted),
        };

        private string Numbers(uint index, uint count) =>
            string.Join(' ', Enumerable.Range(0, (int)count).Select(i => _slots[(index + (uint)i) & (Length - 1)]));

        /// <summary>The producer may think that more is in use than is, as its head is a cached one; never less, or more than all.</summary>
        private void LogState()
        {
            bool isBounded = _producer.InUse >= _producer.Tail - _consumer.Head && _producer.InUse <= Length;
            Log.Add($"held {_consumer.Held}, broken {_producer.IsBroken} {_consumer.IsBroken}, bounded {isBounded}");
        }
    }

    /// <summary>The same by two queues: what is published, and what is taken but not released.</summary>
    private sealed class QueueModel(uint length)
    {
        private readonly Queue<uint> _published = new();
        private readonly Queue<uint> _taken = new();
        private uint _next = 1000;

        public List<string> Log { get; } = [];

        public void Publish(uint wanted)
        {
            wanted %= length + 2;
            bool isFree = wanted <= length - _published.Count - _taken.Count;
            for (uint i = 0; isFree && i < wanted; i++)
                _published.Enqueue(_next++);
            Log.Add($"publish {wanted}: {isFree}");
            LogState();
        }

        public void Take(uint most)
        {
            int ready = _published.Count;
            uint[] taken = Dequeue(_published, most);
            foreach (uint number in taken)
                _taken.Enqueue(number);
            Log.Add($"take: True, of {ready} {string.Join(' ', taken)}");
            LogState();
        }

        public void Release(uint most)
        {
            Log.Add($"release: {string.Join(' ', Dequeue(_taken, most))}");
            LogState();
        }

        public void Arm()
        {
            Log.Add($"arm: {_published.Count == 0}");
            LogState();
        }

        private static uint[] Dequeue(Queue<uint> queue, uint most)
        {
            uint[] taken = new uint[Math.Min(most, (uint)queue.Count)];
            for (int i = 0; i < taken.Length; i++)
                taken[i] = queue.Dequeue();
            return taken;
        }

        private void LogState() => Log.Add($"held {_taken.Count}, broken False False, bounded True");
    }
}
