using ShmWifi.RingBuffer;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.Tests.Unit.ShmMedium.Keeper;

/// <summary>An engine takes a ledger over, or says why it cannot.</summary>
public class LedgerTests
{
    private static readonly RegionGeometry s_geometry = new(Ports: 2);
    private LocalDescriptorStore _store = null!;

    [SetUp]
    public void SetUp() => _store = new LocalDescriptorStore();

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
}
