using ShmWifi.Lab;
using ShmWifi.Perf.EndToEnd.Vm;

namespace ShmWifi.Tests.Unit.Perf.EndToEnd;

public class GuestCpuTests
{
    [TestCase("10.00 8.00\n14.00 9.00\n", 1, 0.75)]
    [TestCase("10.00 16.00\n14.00 20.00\n", 2, 1.0)]
    public void AGuestWasBusyForWhatItWasNotIdle(string uptimes, int cpus, double busy) =>
        Assert.That(GuestCpu.ReadAccount(uptimes, cpus), Is.EqualTo(busy).Within(1e-9));

    [TestCase("10.00 8.00\n")]
    [TestCase("10.00 8.00\n10.00 8.00\n")]
    public void WithoutTwoMomentsThereIsNoAccount(string uptimes) =>
        Assert.That(() => GuestCpu.ReadAccount(uptimes, 1), Throws.TypeOf<LabException>().With.Message.Contains("/proc/uptime"));
}
