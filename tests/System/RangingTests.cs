using System.Globalization;
using System.Text.RegularExpressions;

namespace ShmWifi.Tests.System;

/// <summary>Stock iw measures how far the peers are on the map: from a VM of the user path, and from one of the kernel path.</summary>
[TestFixture("6.12")]
[TestFixture("trixie-backports", Explicit = true, Category = "Nightly", Reason = "qemu/guest-image/build-image trixie-backports must have made it")]
[NonParallelizable]
public partial class RangingTests(string kernel)
{
    private const string Name = "ranging-test";
    private const double Metres = 50;
    private const double Deviation = 299.792458 / 2 / 20 / 2.449; // of one distance in 20 MHz: a sample, / sqrt(6)
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [OneTimeSetUp]
    public void StartTheLab()
    {
        string topology = Path.Combine(TestContext.CurrentContext.WorkDirectory, "ranging.yaml");
        File.WriteAllText(topology, $$"""
            name: {{Name}}
            kernel: {{kernel}}
            medium:
              propagation: freeSpace
              radios:
                - { radio: ap, position: [0, 0, 0] }
                - { radio: sta, position: [30, 40, 0] }
            vms:
              - { name: ap, role: ap, path: kernel, channel: 36 }
              - { name: sta, role: station, path: user }
            """);
        var (up, progress) = ProgramRun.Lab(Limit, "lab", "up", topology);
        Assert.That(up, Is.Zero, progress);
    }

    [OneTimeTearDown]
    public void EndTheLab() => ProgramRun.Lab(Limit, "lab", "down", "--lab", Name);

    [TestCase("sta", "ap")]
    [TestCase("ap", "sta")]
    public void TheDistanceIsThatOfThePositions(string from, string to)
    {
        const int Measurements = 20;
        const int Ftms = 16;
        string output = Measure(from, Measurements, $"{AddressOf(to)} bw=20 cf=5180 ftms_per_burst={Ftms}");
        double[] distances =
            [.. DistanceMm().Matches(output).Select(match => double.Parse(match.Groups["mm"].Value, CultureInfo.InvariantCulture) / 1e3)];
        Assert.That(distances, Has.Length.EqualTo(Measurements), output);
        Assert.That(distances.Average(), Is.EqualTo(Metres).Within(3 * Deviation / Math.Sqrt(Measurements * Ftms)), output);
        Assert.That(distances.Distinct().Count(), Is.GreaterThan(Measurements / 2), output);
    }

    [TestCase("sta")]
    [TestCase("ap")]
    public void AnAbsentPeerFails(string from)
    {
        string output = Measure(from, times: 1, "02:aa:bb:cc:dd:ee bw=20 cf=5180");
        Assert.That(output, Does.Not.Match(DistanceMm()).And.Contain("FAILURE"), output);
    }

    /// <summary>Its iw is killed while hwsim measures, and the next one is served.</summary>
    [TestCase("sta", "ap")]
    [TestCase("ap", "sta")]
    public void AnAbortedMeasurementKeepsNobodyFromTheNext(string from, string to)
    {
        string target = $"{AddressOf(to)} bw=20 cf=5180 ftms_per_burst=31";
        string output = In(from, $"""
            for i in 1 2 3 4 5 6 7 8; do echo '{target}'; done >/tmp/peers
            for i in 1 2 3 4 5 6 7 8 9 10; do
                iw dev wlan0 measurement ftm_request /tmp/peers >/dev/null 2>&1 &
                usleep $((i * 2000))
                kill -9 $!
            done
            sleep 1
            echo '{target}' >/tmp/peers
            timeout 10 iw dev wlan0 measurement ftm_request /tmp/peers
            dmesg | grep -E 'BUG|WARNING|Oops' && exit 9
            exit 0
            """);
        Assert.That(output, Does.Match(DistanceMm()), output);
    }

    private static string AddressOf(string vm) => In(vm, "cat /sys/class/net/wlan0/address").Trim();

    private static string Measure(string vm, int times, string peer) => In(vm, $"""
        echo '{peer}' >/tmp/peer
        i=0; while [ $i -lt {times} ]; do timeout 10 iw dev wlan0 measurement ftm_request /tmp/peer || exit 8; i=$((i + 1)); done
        """);

    private static string In(string vm, string script)
    {
        var (exitCode, output) = ProgramRun.Lab(Limit, "lab", "exec", "--lab", Name, vm, "--", "sh", "-c", script);
        Assert.That(exitCode, Is.Zero, output);
        return output;
    }

    [GeneratedRegex(@"DIST_AVG: (?<mm>-?\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex DistanceMm();
}
