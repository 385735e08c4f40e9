using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.System.VhostUser;

/// <summary>A real QEMU as a front end of vhost-user (10.2 and newer have the device): stock guests on the medium.</summary>
[Explicit("needs root, and makes a root of Debian sid with its QEMU, 900 MB")]
[Category("Nightly")]
[NonParallelizable]
public sealed class QemuFrontEndTests
{
    private const string AccessPointRadio = "02:00:00:00:10:00", StationRadio = "02:00:00:00:20:00";
    private const string AccessPointAddress = "10.9.0.1", StationAddress = "10.9.0.2";
    private const string AllAnswered = "20 packets transmitted, 20 received";
    private MediumProcess _medium = null!;
    private QemuFrontEnd _accessPoint = null!, _station = null!;

    /// <summary>One with two regions of memory that cannot shrink, and one whose memory can.</summary>
    [OneTimeSetUp]
    public void Boot()
    {
        _medium = MediumProcess.StartConfigured("vms: [{name: ap, vhostUser: ap.sock}, {name: sta, vhostUser: sta.sock}]");
        _accessPoint = QemuFrontEnd.Boot(_medium.Folder, "ap", "memory-backend-memfd", 4608);
        _station = BootStation();
        _accessPoint.StartAccessPoint(AccessPointRadio, AccessPointAddress);
        _station.StartStation(StationRadio, StationAddress);
        _station.AwaitAssociation();
    }

    [OneTimeTearDown]
    public void End()
    {
        _station?.Dispose();
        _accessPoint?.Dispose();
        if (_medium is { } medium)
        {
            string log = medium.Error;
            medium.Dispose();
            Assert.That(log, Does.Not.Contain("gets no medium").And.Not.Contains("served no more"));
        }
    }

    [Test]
    public void AStationOfAnotherVmIsAssociatedAndIsReached()
    {
        Assert.That(_station.Ping(AccessPointAddress), Does.Contain(AllAnswered));
        Assert.That(_accessPoint.Ping(StationAddress), Does.Contain(AllAnswered));
    }

    [Test]
    public void AGuestThatRebootsIsServedAgain()
    {
        _accessPoint.Reboot();
        _accessPoint.StartAccessPoint(AccessPointRadio, AccessPointAddress);
        AssertTheStationComesBack();
    }

    [Test]
    public void ADriverThatIsLoadedAgainIsServedAgain()
    {
        _accessPoint.Run("killall hostapd; rmmod mac80211_hwsim && modprobe mac80211_hwsim radios=0");
        _accessPoint.StartAccessPoint(AccessPointRadio, AccessPointAddress);
        AssertTheStationComesBack();
    }

    [Test]
    public void AVmThatIsKilledIsServedAgain()
    {
        _station.Dispose();
        _station = BootStation();
        _station.StartStation(StationRadio, StationAddress);
        AssertTheStationComesBack();
    }

    private QemuFrontEnd BootStation() => QemuFrontEnd.Boot(_medium.Folder, "sta", "memory-backend-file,mem-path=/mnt/sta.memory", 384);

    private void AssertTheStationComesBack()
    {
        _station.Run("sleep 5"); // until it has noticed that its access point is another
        _station.AwaitAssociation();
        Assert.That(_station.Ping(AccessPointAddress), Does.Contain(AllAnswered));
    }
}
