using ShmWifi.ShmMedium.Ports.Ivshmem;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports.Ivshmem;

public sealed class PeerIdsTests
{
    [Test]
    public void TheOneThatHasBeenFreeForLongestComesNext()
    {
        var ids = new PeerIds(3);
        Assert.That(Take(ids, 3), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(ids.TryTake(out _), Is.False);
        ids.Return(2);
        ids.Return(1);
        Assert.That(Take(ids, 2), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(ids.TryTake(out _), Is.False);
    }

    [Test]
    public void AllAreUsedBeforeOneIsUsedAgain()
    {
        var ids = new PeerIds();
        HashSet<ushort> seen = [];
        for (int i = 0; i < PeerIds.Refused - 1; i++)
        {
            Assert.That(ids.TryTake(out ushort id), Is.True);
            Assert.That(seen.Add(id), Is.True);
            ids.Return(id);
        }
        Assert.That(seen, Has.No.Member(Handshake.DaemonPeerId).And.No.Member(PeerIds.Refused));
        Assert.That(Take(ids, 2), Is.EqualTo(new[] { 1, 2 }));
    }

    private static int[] Take(PeerIds ids, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => ids.TryTake(out ushort id) ? id : throw new AssertionException("there is none"))];
}
