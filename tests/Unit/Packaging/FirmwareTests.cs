using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ShmWifi.Configuration;
using ShmWifi.Hwsim.Radios;
using ShmWifi.IvshmemArgs;
using ShmWifi.Lab;

namespace ShmWifi.Tests.Unit.Packaging;

/// <summary>What packaging/ has for OpenWrt, Buildroot and GNS3, beside what it repeats of other parts of the project.</summary>
[TestFixture]
internal sealed partial class FirmwareTests
{
    private static readonly string s_packaging = Path.Combine(Checkout.Root, "packaging");

    private static string Version => XElement.Load(Path.Combine(Checkout.Root, "Directory.Build.props")).Descendants("Version").Single().Value;

    private static IEnumerable<string> Scripts => new[] { "openwrt", "buildroot", "gns3" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(s_packaging, folder), "*", SearchOption.AllDirectories))
        .Where(file => file.EndsWith(".defaults", StringComparison.Ordinal)
            || FirstLine(file) is "#!/bin/sh" or "#!/bin/bash" or "#!/bin/sh /etc/rc.common")
        .Select(file => Path.GetRelativePath(s_packaging, file));

    [TestCaseSource(nameof(Scripts))]
    public void AScriptIsAShells(string script)
    {
        string file = Path.Combine(s_packaging, script);

        var (code, _, error) = Run(FirstLine(file) == "#!/bin/bash" ? "bash" : "sh", "-n", file);

        Assert.That(code, Is.Zero, error);
    }

    [Test]
    public void OpenWrtsPackagesAreOfTheCheckoutsVersion() =>
        Assert.That(Make("include openwrt/shmwifi.mk", "$(PKG_VERSION)"), Is.EqualTo(Version));

    [Test]
    public void BuildrootsPackagesAreOfTheCheckoutsVersionAndOfItsSources() => Assert.That(
        Make(
            "BR2_EXTERNAL_SHMWIFI_PATH = buildroot\ninclude buildroot/external.mk",
            "$(SHMWIFI_MODULE_VERSION) $(SHMWIFI_GUEST_VERSION) $(SHMWIFI_MODULE_SITE)"),
        Is.EqualTo($"{Version} {Version} {Checkout.Root}"));

    [Test]
    public void BothAskTheKernelForTheSame()
    {
        string[] openwrt = KernelOptions("openwrt/kmod-shmwifi/Makefile");

        Assert.That(openwrt, Does.Contain("CONFIG_ZONE_DEVICE"));
        Assert.That(KernelOptions("buildroot/package/shmwifi-module/shmwifi-module.mk"), Is.EqualTo(openwrt));
    }

    [TestCase("openwrt/kmod-shmwifi/Makefile")]
    [TestCase("buildroot/package/shmwifi-guest/S30shmwifi")]
    public void ItsParametersAreTheModules(string file)
    {
        string[] declared = [.. Directory.EnumerateFiles(Path.Combine(Checkout.Root, "kernel"), "*.c")
            .SelectMany(source => ModuleParameter().Matches(File.ReadAllText(source))).Select(match => match.Groups[1].Value)];
        string[] given = [.. GivenParameter().Matches(Read(file)).Select(match => match.Groups[1].Value)];

        Assert.That(given, Is.Not.Empty.And.SubsetOf(declared));
    }

    [TestCase("openwrt/shmwifi-guest/files/shm-radios")]
    [TestCase("buildroot/package/shmwifi-guest/S30shmwifi")]
    public void RadiosHaveTheAddressesOfTheInjector(string file)
    {
        string format = AddressFormat().Match(Read(file)).Groups[1].Value;

        var (_, address, _) = Run("printf", format, "0x12", "0x34", "0x05");

        Assert.That(address.Trim(), Is.EqualTo(DefaultAddress.Of(0x1234, 5).ToString()));
    }

    [Test]
    public void OpenWrtsRadiosHaveBandChannelAndMode()
    {
        var set = UciSet().Matches(Read("openwrt/shmwifi-guest/files/shmwifi.defaults"))
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

        Assert.That(set, Is.SupersetOf(new Dictionary<string, string> { ["band"] = "2g", ["channel"] = "6", ["htmode"] = "HT20" }));
    }

    [Test]
    public void Gns3AttachesItsNodesAsTheToolWould()
    {
        var daemon = DaemonConfiguration.Load(Path.Combine(s_packaging, "debian/shm-medium.yaml"));
        var qemu = JsonNode.Parse(Read("gns3/appliance.json"))!["qemu"]!;

        Assert.That((string?)qemu["options"], Does.EndWith(" " + Shell.Join(IvshmemArguments.For(daemon.Socket!))));
    }

    private static (int Code, string Output, string Error) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private static string Make(string makefile, string expression)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, $"{makefile}\nprint: ; @echo {expression}\n");
            var (code, output, error) = Run("make", "--silent", "-C", s_packaging, "-f", file, "print");
            Assert.That(code, Is.Zero, error);
            return output.Trim();
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string[] KernelOptions(string file) =>
        [.. KernelOption().Matches(Read(file)).Select(match => match.Value).Order(StringComparer.Ordinal)];

    private static string Read(string file) => File.ReadAllText(Path.Combine(s_packaging, file));

    private static string? FirstLine(string file) => File.ReadLines(file).FirstOrDefault();

    [GeneratedRegex(@"\bCONFIG_[A-Z0-9_]+")]
    private static partial Regex KernelOption();

    [GeneratedRegex(@"\bmodule_param(?:_cb)?\((\w+),")]
    private static partial Regex ModuleParameter();

    [GeneratedRegex(@"(?:MODPARAMS\.shmwifi:=|modprobe shmwifi )(\w+)=")]
    private static partial Regex GivenParameter();

    [GeneratedRegex("printf\\(?.?'(02:[^']*)'")]
    private static partial Regex AddressFormat();

    [GeneratedRegex(@"set wireless\.shm\$radio\.(\w+)=(\S+)")]
    private static partial Regex UciSet();
}
