using ShmWifi.ShmMedium.Ports;
using ShmWifi.ShmMedium.Ports.Ivshmem;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports;

public sealed class PeerIdsTests
{
    [Test]
    public void TheOneThatHasBeenFreeForLongestComesNext()
    {
        var ids = new PeerIds(3);
        Assert.That(Take(ids, 3), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(ids.TryTake(0, out _), Is.False);
        ids.Return(2);
        ids.Return(1);
        Assert.That(Take(ids, 2), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(ids.TryTake(0, out _), Is.False);
    }

    [Test]
    public void AllAreUsedBeforeOneIsUsedAgain()
    {
        var ids = new PeerIds();
        HashSet<ushort> seen = [];
        for (int i = 0; i < PeerIds.Refused - 1; i++)
        {
            Assert.That(ids.TryTake(0, out ushort id), Is.True);
            Assert.That(seen.Add(id), Is.True);
            ids.Return(id);
        }
        Assert.That(seen, Has.No.Member(Handshake.DaemonPeerId).And.No.Member(PeerIds.Refused));
        Assert.That(Take(ids, 2), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void ASocketsVmHasItsOwnAndNobodyElseGetsIt()
    {
        var ids = new PeerIds(3, owned: 2);
        Assert.That(Take(ids, 1), Is.EqualTo(new[] { 3 }));
        Assert.That(ids.TryTake(0, out _), Is.False, "the others are of VMs that may come");
        for (int i = 0; i < 3; i++)
        {
            Assert.That(ids.TryTake(2, out ushort id), Is.True);
            Assert.That(id, Is.EqualTo(2));
            Assert.That(ids.IsFree(2), Is.False);
            ids.Return(id);
            Assert.That(ids.IsFree(2), Is.True);
        }
    }

    [Test]
    public void ThoseOfSocketsVmsAndTheNextOneAreKnownBeforeTheyAreTaken()
    {
        var ids = new PeerIds(owned: 2);
        Assert.That((ids.IsKnown(2), ids.IsKnown(3), ids.IsKnown(4)), Is.EqualTo((true, true, false)));
        _ = ids.TryTake(0, out ushort id);
        ids.Return(id);
        Assert.That((ids.IsKnown(3), ids.IsKnown(4), ids.IsKnown(5)), Is.EqualTo((true, true, false)));
    }

    [Test]
    public void AVmWhoseOwnWasGivenByAnEngineBeforeGetsAnother()
    {
        var ids = new PeerIds(owned: 2);
        ids.Resume(last: 4, inUse: new HashSet<ushort> { 1, 3 });
        Assert.That(ids.TryTake(1, out ushort id), Is.True);
        Assert.That(id, Is.EqualTo(5), "1 is another's still, and of the rest those that were never used come first");
        ids.Return(1);
        Assert.That(ids.TryTake(1, out id), Is.True);
        Assert.That(id, Is.EqualTo(1));
    }

    [Test]
    public void AVmThatIsThereKeepsTheOneThatItHasWhateverItsPlaceIsNow()
    {
        var ids = new PeerIds(owned: 1);
        ids.Resume(last: 4, inUse: new HashSet<ushort> { 4 });
        ids.Own(4);
        ids.Return(4);
        Assert.That(Enumerable.Range(0, PeerIds.Refused - 3).Select(_ => ids.TryTake(0, out ushort id) ? id : 0), Has.None.Zero.And.No.Member(4));
        Assert.That(ids.TryTake(0, out _), Is.False);
        Assert.That(ids.TryTake(4, out ushort own), Is.True);
        Assert.That(own, Is.EqualTo(4));
    }

    private static int[] Take(PeerIds ids, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => ids.TryTake(0, out ushort id) ? id : throw new AssertionException("there is none"))];
}
