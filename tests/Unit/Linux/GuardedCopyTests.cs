using System.Runtime.InteropServices;
using ShmWifi.Linux;
using Tmds.Linux;

namespace ShmWifi.Tests.Unit.Linux;

/// <summary>In what order another processor sees the pieces that the kernel copies.</summary>
public sealed class GuardedCopyTests
{
    private const int Copies = 50_000;
    private const int Words = 190; // of a frame's length: string instructions copy it
    private const int Payload = 512; // where they are

    private unsafe ulong* _guest; // an index, and far from it what it publishes

    [SetUp]
    public unsafe void SetUp()
    {
        if (!GuardedCopy.IsInOrder)
            Assert.Ignore("of x86 alone: elsewhere nobody relies on it");
        _guest = (ulong*)NativeMemory.AlignedAlloc(8192, 4096);
        NativeMemory.Clear(_guest, 8192);
    }

    [TearDown]
    public unsafe void TearDown() => NativeMemory.AlignedFree(_guest);

    [Test]
    public async Task WhatTheLastPieceTellsIsSeenAfterAllOthers() => Assert.That(await CountEarlyAsync(isIndexLast: true), Is.Zero);

    [Test]
    public async Task AnIndexThatIsCopiedFirstIsSeenTooEarly() => Assert.That(await CountEarlyAsync(isIndexLast: false), Is.Positive);

    /// <summary>How often a reader saw the index, and not yet all that it tells of.</summary>
    private async Task<int> CountEarlyAsync(bool isIndexLast)
    {
        int early = 0;
        var reader = OwnThread.RunAsync("reader", () => early = Read());
        await OwnThread.RunAsync("writer", () => Write(isIndexLast));
        await reader;
        return early;
    }

    private unsafe void Write(bool isIndexLast)
    {
        ulong* payload = stackalloc ulong[Words];
        var from = stackalloc iovec[2];
        var to = stackalloc iovec[2];
        for (ulong n = 1; n <= Copies; n++)
        {
            new Span<ulong>(payload, Words).Fill(n);
            int index = isIndexLast ? 1 : 0;
            from[index] = new iovec { iov_base = &n, iov_len = sizeof(ulong) };
            to[index] = new iovec { iov_base = _guest, iov_len = sizeof(ulong) };
            from[1 - index] = new iovec { iov_base = payload, iov_len = Words * sizeof(ulong) };
            to[1 - index] = new iovec { iov_base = _guest + Payload, iov_len = Words * sizeof(ulong) };
            long copied = GuardedCopy.Write(from, 2, to, 2);
            if (copied == (Words + 1) * sizeof(ulong))
                continue;
            *_guest = Copies; // the reader's end
            throw new InvalidOperationException($"{copied} bytes copied");
        }
    }

    private unsafe int Read()
    {
        int early = 0;
        for (ulong seen = 0; seen < Copies;)
        {
            seen = Volatile.Read(ref *_guest);
            for (int i = 0; i < Words; i++)
            {
                if (Volatile.Read(ref _guest[Payload + i]) < seen)
                {
                    early++;
                    break;
                }
            }
        }
        return early;
    }
}
