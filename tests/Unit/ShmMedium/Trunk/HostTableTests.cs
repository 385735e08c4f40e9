using System.Text;
using System.Text.Json.Nodes;
using ShmWifi.ShmMedium.Trunk;

namespace ShmWifi.Tests.Unit.ShmMedium.Trunk;

/// <summary>What hosts say of themselves: any of it may be wrong.</summary>
public sealed class HostTableTests
{
    private static readonly HostTable s_table = new(Session: 5, Medium: "ab",
        [new VmEntry("sta1", 101, [new RadioEntry(3, 0, "phy0", "02:00:00:00:00:01", ["02:00:00:00:00:01"], 2412, 20, 20, IsMonitor: false)])]);

    [Test]
    public void ATableComesAsItWas() =>
        Assert.That(HostTable.TryRead(s_table.ToBytes(), out _)!.ToBytes(), Is.EqualTo(s_table.ToBytes()));

    [TestCase("version", "2", "run the same release")]
    [TestCase("vms", "null", "no VMs")]
    [TestCase("vms", "[null]", "breaks a bound")]
    [TestCase("vms.0.name", "\"a b\"", "breaks a bound")]
    [TestCase("vms.0.name", "\"\\u001b[2J\"", "breaks a bound")]
    [TestCase("vms.0.peerId", "0", "breaks a bound")]
    [TestCase("vms.0.peerId", "65536", "peerId")]
    [TestCase("vms.0.radios", "null", "breaks a bound")]
    [TestCase("vms.0.radios.0.id", "-1", "breaks a bound")]
    [TestCase("vms.0.radios.0.number", "64", "breaks a bound")]
    [TestCase("vms.0.radios.0.identity", "\"x\"", "breaks a bound")]
    [TestCase("vms.0.radios.0.addresses", "[\"ff:ff:ff:ff:ff:ff\"]", "breaks a bound")]
    [TestCase("vms.0.radios.0.addresses", "[null]", "breaks a bound")]
    [TestCase("vms.0.radios.0.name", "\"a/b\"", "breaks a bound")]
    [TestCase("vms.0.radios.0.spacingMhz", "276", "breaks a bound")]
    [TestCase("vms.0.radios.0.txPowerDbm", "100", "breaks a bound")]
    public void WhatBreaksABoundIsRefused(string path, string value, string problem)
    {
        var json = JsonNode.Parse(s_table.ToBytes())!;
        string[] steps = path.Split('.');
        var parent = steps[..^1].Aggregate(json, (node, step) => int.TryParse(step, out int index) ? node[index]! : node[step]!);
        parent[steps[^1]] = JsonNode.Parse(value);
        Assert.That(HostTable.TryRead(Encoding.UTF8.GetBytes(json.ToJsonString()), out string said), Is.Null);
        Assert.That(said, Does.Contain(problem));
    }

    [Test]
    public void AVmOrARadioThatIsThereTwiceIsRefused()
    {
        var vm = s_table.Vms[0];
        Assert.That(HostTable.TryRead((s_table with { Vms = [vm, vm] }).ToBytes(), out string problem), Is.Null);
        Assert.That(problem, Does.Contain("twice"));
        Assert.That(HostTable.TryRead((s_table with { Vms = [vm, vm with { Name = "sta2" }] }).ToBytes(), out problem), Is.Null);
        Assert.That(problem, Does.Contain("twice"));
    }

    [Test]
    public void ATableThatIsCutAnywhereIsRefused()
    {
        byte[] bytes = s_table.ToBytes();
        for (int length = 0; length < bytes.Length; length++)
            Assert.That(HostTable.TryRead(bytes.AsSpan(0, length), out _), Is.Null);
    }
}
