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
    private readonly Dictionary<string, QemuFrontEnd> _vms = new(StringComparer.Ordinal);

    /// <summary>One with two regions of memory that cannot shrink, and one whose memory can.</summary>
    [OneTimeSetUp]
    public void Boot()
    {
        _medium = MediumProcess.StartConfigured("vms: [{name: ap, vhostUser: ap.sock}, {name: sta, vhostUser: sta.sock}]");
        _vms["ap"] = QemuFrontEnd.Boot(_medium.Folder, "ap", "memory-backend-memfd", 4608);
        BootStation();
        AccessPoint.StartAccessPoint(AccessPointRadio, AccessPointAddress);
        Station.StartStation(StationRadio, StationAddress);
        Station.AwaitAssociation();
    }

    [OneTimeTearDown]
    public void End()
    {
        foreach (var vm in _vms.Values)
            vm.Dispose();
        string? log = _medium?.Error;
        _medium?.Dispose();
        if (log is not null)
        {
            Assert.That(log, Does.Not.Contain("gets no medium").And.Not.Contains("served no more"));
        }
    }

    [Test]
    public void AStationOfAnotherVmIsAssociatedAndIsReached()
    {
        Assert.That(Station.Ping(AccessPointAddress), Does.Contain(AllAnswered));
        Assert.That(AccessPoint.Ping(StationAddress), Does.Contain(AllAnswered));
    }

    [Test]
    public void AGuestThatRebootsIsServedAgain()
    {
        AccessPoint.Reboot();
        AccessPoint.StartAccessPoint(AccessPointRadio, AccessPointAddress);
        AssertTheStationComesBack();
    }

    [Test]
    public void ADriverThatIsLoadedAgainIsServedAgain()
    {
        AccessPoint.Run("killall hostapd; rmmod mac80211_hwsim && modprobe mac80211_hwsim radios=0");
        AccessPoint.StartAccessPoint(AccessPointRadio, AccessPointAddress);
        AssertTheStationComesBack();
    }

    [Test]
    public void AVmThatIsKilledIsServedAgain()
    {
        Station.Dispose();
        BootStation();
        Station.StartStation(StationRadio, StationAddress);
        AssertTheStationComesBack();
    }

    private QemuFrontEnd AccessPoint => _vms["ap"];

    private QemuFrontEnd Station => _vms["sta"];

    private void BootStation() =>
        _vms["sta"] = QemuFrontEnd.Boot(_medium.Folder, "sta", "memory-backend-file,mem-path=/dev/shm/sta.memory", 384);

    private void AssertTheStationComesBack()
    {
        Station.Run("sleep 5"); // until it has noticed that its access point is another
        Station.AwaitAssociation();
        Assert.That(Station.Ping(AccessPointAddress), Does.Contain(AllAnswered));
    }
}
