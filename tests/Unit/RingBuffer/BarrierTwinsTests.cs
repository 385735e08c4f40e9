using System.Text.RegularExpressions;
using ShmWifi.Lab;

namespace ShmWifi.Tests.Unit.RingBuffer;

/// <summary>The barriers of the rings: C# and C mark each with its letter, and both mean the same one.</summary>
/// <remarks>C's must be virt_*(): where a kernel was built for one CPU, smp_*() orders nothing
/// towards a host that runs beside it. Source: linux Documentation/memory-barriers.txt, "VIRTUAL MACHINE GUESTS".</remarks>
public partial class BarrierTwinsTests
{
    /// <summary>By letter: how C# orders, and C.</summary>
    private static readonly Dictionary<string, (string CSharp, string C)> Barriers = new()
    {
        ["A"] = ("LoadAcquire", "virt_load_acquire"),
        ["B"] = ("StoreRelease", "virt_store_release"),
        ["C"] = ("LoadAcquire", "virt_load_acquire"),
        ["D"] = ("StoreRelease", "virt_store_release"),
        ["E"] = ("Interlocked.MemoryBarrier", "virt_mb"),
        ["F"] = ("Interlocked.MemoryBarrier", "virt_mb"),
        ["G"] = ("Interlocked.MemoryBarrier", "virt_mb"),
        ["H"] = ("Interlocked.MemoryBarrier", "virt_mb"),
        ["I"] = ("Volatile.ReadBarrier", "virt_rmb"),
        ["J"] = ("Volatile.Write", ""), // the host's alone
    };

    [Test]
    public void EachLetterIsTheSameBarrierInBothLanguages()
    {
        var csharp = Marked("common/RingBuffer/RingProducer.cs", CSharpMark())
            .Concat(Marked("common/RingBuffer/RingConsumer.cs", CSharpMark()))
            .Concat(Marked("common/RingBuffer/GuestPort.cs", CSharpMark()))
            .Concat(Marked("common/RingBuffer/HostPort.cs", CSharpMark())).ToLookup(one => one.Letter, one => one.Line);
        var c = Marked("kernel/shmwifi_ring.c", CMark()).ToLookup(one => one.Letter, one => one.Line);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(csharp.Select(one => one.Key), Is.EquivalentTo(Barriers.Keys));
            Assert.That(c.Select(one => one.Key), Is.EquivalentTo(Barriers.Keys.Where(letter => Barriers[letter].C.Length != 0)));
            foreach (var (letter, barrier) in Barriers)
            {
                Assert.That(csharp[letter], Is.All.Contains($"{barrier.CSharp}("), letter);
                Assert.That(c[letter], Is.All.Contains($"{barrier.C}("), letter);
            }
        }
    }

    /// <summary>shmwifi_vring.c is between two parts of one kernel.</summary>
    [Test]
    public void TheModuleOrdersNothingTowardsTheHostBySmpBarriers()
    {
        var found =
            from path in Directory.GetFiles(Path.Combine(Checkout.Root, "kernel"), "*.[ch]")
            let file = Path.GetFileName(path)
            where file != "shmwifi_vring.c"
            from line in File.ReadLines(path)
            where SmpBarrier().IsMatch(line)
            select $"{file}: {line.Trim()}";
        Assert.That(found, Is.Empty);
    }

    private static IEnumerable<(string Letter, string Line)> Marked(string path, Regex mark) =>
        from line in File.ReadLines(Path.Combine(Checkout.Root, path))
        let match = mark.Match(line)
        where match.Success
        select (match.Groups[1].Value, line);

    [GeneratedRegex(@"; // \(([A-Z])\)")]
    private static partial Regex CSharpMark();

    [GeneratedRegex(@";\s+/\* \(([A-Z])\) \*/")]
    private static partial Regex CMark();

    [GeneratedRegex(@"\bsmp_\w+\(")]
    private static partial Regex SmpBarrier();
}
