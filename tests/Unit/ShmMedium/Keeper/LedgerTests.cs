using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.ShmMedium.Keeper;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Unit.ShmMedium.Keeper;

/// <summary>An engine takes a ledger over, or says why it cannot.</summary>
public class LedgerTests
{
    private static readonly RegionGeometry s_geometry = new(Ports: 2);
    private OneDescriptor _store = null!;

    [SetUp]
    public void SetUp() => _store = new OneDescriptor();

    [TearDown]
    public void TearDown() => _store.Dispose();

    [Test]
    public void TheNextEngineHasWhatTheOneBeforeWrote()
    {
        using (var first = Ledger.Open(_store, s_geometry, isShared: true))
        {
            Assert.That(first.IsTakenOver, Is.False);
            first.LastPeerId = 7;
        }
        using var next = Ledger.Open(_store, s_geometry, isShared: true);
        Assert.That((next.IsTakenOver, next.LastPeerId, next.Ports), Is.EqualTo((true, 7u, 2)));
    }

    [TestCase(3u, true)]
    [TestCase(2u, false)]
    public void AnotherLayoutIsRefusedByName(uint ports, bool isShared)
    {
        Ledger.Open(_store, s_geometry, isShared: true).Dispose();
        Assert.That(() => Ledger.Open(_store, s_geometry with { Ports = ports }, isShared),
            Throws.TypeOf<LedgerException>().With.Message.Contains("geometry are other than those of the VMs that run (shared, ports 2,"));
    }

    private sealed class OneDescriptor : IDescriptorStore, IDisposable
    {
        private FileDescriptor? _kept;

        public int? KeeperId => null;

        public IReadOnlyList<EngineRestart> Restarts => [];

        public IReadOnlyCollection<string> Names => [];

        public FileDescriptor? Take(string name) => _kept is { } kept ? FileDescriptor.Of(dup(kept.Descriptor), "dup") : null;

        public void Keep(string name, int descriptor) => _kept = FileDescriptor.Of(dup(descriptor), "dup");

        public void Drop(string name) => Dispose();

        public void Dispose() => _kept?.Dispose();
    }
}
