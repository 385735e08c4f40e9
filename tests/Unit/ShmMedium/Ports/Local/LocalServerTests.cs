using ShmWifi.Configuration;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Logging;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports.Local;

/// <summary>This kernel's own radios beside VMs, where this kernel has none: the medium of the VMs goes on.</summary>
public sealed class LocalServerTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder()
    {
        Assume.That(Directory.Exists("/sys/module/mac80211_hwsim"), Is.False, "this kernel has them");
        _folder = Directory.CreateTempSubdirectory("shmwifi-local").FullName;
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void AnEngineThatTakesOverServesVmsThoughTheRadiosAreGone([Values("shared", "per-vm")] string isolation)
    {
        using var store = new LocalDescriptorStore();
        string vms = $"isolation: {isolation}\nsocket: any.sock\ngeometry: {TestDaemon.SmallRings}\n";
        SimulatedGuest a, b;
        using var before = new MediumLog();
        using (Start(vms, store, before))
        {
            a = Attach(Address(1));
            b = Attach(Address(2));
        }
        var events = new TestDaemon.RecordingSink();
        using var log = new MediumLog(events);
        using (var daemon = Start("local: true\n" + vms, store, log))
        {
            Deadline.Until(() => daemon.Engine.Ports.Count == 3, "both VMs and the port of this kernel's radios");
            var local = daemon.Engine.Ports.Single(p => p.Offer.Name == "local");
            Assert.That(new[] { a.PeerId, b.PeerId }, Does.Not.Contain(local.Offer.PeerId));

            byte[] frame = Data(Address(2), Address(1));
            a.SendFrame(0, frame);
            Received received;
            do
                received = b.Receive();
            while (received.Descriptor.Kind != RingKind.Frame);
            Assert.That(received.Payload, Is.EqualTo(frame));

            Deadline.Until(() => events.Events.Any(IsRefusal), "the warning");
            Thread.Sleep(TimeSpan.FromSeconds(2.5)); // they are asked for each second
            Assert.That(events.Events.Count(IsRefusal), Is.EqualTo(1), "what does not change is said once");
            a.Kill();
            b.Kill();
            Deadline.Until(() => daemon.Engine.Ports.Count == 1, "the VMs are gone");
        }
        a.Dispose();
        b.Dispose();
    }

    private static bool IsRefusal(LogEvent item) =>
        item.Message.Contains("this kernel's radios are not on the medium: this kernel has no mac80211_hwsim", StringComparison.Ordinal);

    private Daemon Start(string yaml, LocalDescriptorStore store, MediumLog log) => new(
        DaemonConfiguration.Parse(yaml, Path.Combine(_folder, "medium.yaml")), Path.Combine(_folder, "state.json"), log, _ => { }, store);

    private SimulatedGuest Attach(MacAddress radio)
    {
        var vm = SimulatedGuest.Connect(Path.Combine(_folder, "any.sock"));
        vm.Hello();
        vm.AddRadio(0, radio);
        vm.Tune(0, 2412);
        vm.Drain();
        return vm;
    }
}
