namespace ShmWifi.SystemTests.KernelModule;

public class KernelLogTests
{
    [TestCase("[    5.1] WARNING: CPU: 0 PID: 71 at mm/memremap.c:216 memremap_pages+0x5a/0x6c0")]
    [TestCase("[    5.1] BUG: unable to handle page fault for address: ffffc90000123000")]
    [TestCase("[    5.1] BUG: Bad page state in process probe  pfn:fd000")]
    [TestCase("[    5.1] kernel BUG at mm/memory.c:2098!")]
    [TestCase("[    5.1] Oops: 0002 [#1] PREEMPT SMP NOPTI")]
    [TestCase("[    5.1] INFO: task rmmod:80 blocked for more than 120 seconds.")]
    [TestCase("[    5.1] shmwifi: module license 'unspecified' taints kernel.")]
    public void AComplaintIsFound(string line) =>
        Assert.That(KernelLog.Complaints($"[    5.0] before\n{line}\n[    5.2] after\n"), Is.EqualTo(new[] { line }));

    [Test]
    public void WhatTheModuleSaysIsNoComplaint() =>
        Assert.That(
            KernelLog.Complaints(
                """
                [    1.6] shmwifi: loading out-of-tree module taints kernel.
                [    1.6] shmwifi: module verification failed: signature and/or required key missing - tainting kernel
                [    1.6] shmwifi 0000:00:10.0: ShmWifi region [mem 0xfd000000-0xfdffffff 64bit pref]
                """),
            Is.Empty);
}
