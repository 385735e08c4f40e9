using ShmWifi.Lab.Guest;

namespace ShmWifi.Tests.Unit.Lab;

public class KernelLogTests
{
    [TestCase("[    5.1] WARNING: CPU: 0 PID: 71 at mm/memremap.c:216 memremap_pages+0x5a/0x6c0")]
    [TestCase("[    5.1] BUG: unable to handle page fault for address: ffffc90000123000")]
    [TestCase("[    5.1] BUG: Bad page state in process probe  pfn:fd000")]
    [TestCase("[    5.1] kernel BUG at mm/memory.c:2098!")]
    [TestCase("[    5.1] Oops: 0002 [#1] PREEMPT SMP NOPTI")]
    [TestCase("[    5.1] INFO: task rmmod:80 blocked for more than 120 seconds.")]
    [TestCase("[    5.1] shmwifi: module license 'unspecified' taints kernel.")]
    [TestCase("[    5.1] WARNING: possible circular locking dependency detected")]
    [TestCase("[    5.1] DEBUG_LOCKS_WARN_ON(1)")]
    [TestCase("[    5.1] INFO: lockdep is turned off.")]
    [TestCase("[    5.1] UBSAN: array-index-out-of-bounds in drivers/x.c:5:4")]
    [TestCase("[   65.1] kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)")]
    [TestCase("[   65.1] rcu: INFO: rcu_preempt self-detected stall on CPU")]
    public void AComplaintIsFound(string line) =>
        Assert.That(KernelLog.Complaints($"[    5.0] before\n{line}\n[    5.2] after\n"), Is.EqualTo(new[] { line }));

    [TestCase("[    0.0] Lock dependency validator: Copyright (c) 2006 Red Hat, Inc., Ingo Molnar")]
    [TestCase("[    0.1] rcu: \tRCU lockdep checking is enabled.")]
    [TestCase("[    1.0] kmemleak: Kernel memory leak detector initialized (mem pool available: 15679)")]
    public void WhatADebugKernelSaysOfItselfIsNoComplaint(string line) => Assert.That(KernelLog.Complaints(line), Is.Empty);

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
