using ShmWifi.Configuration;
using ShmWifi.Configuration.Text;

namespace ShmWifi.Tests.Unit.Configuration;

/// <summary><c>trunk:</c> of a configuration.</summary>
public sealed class TrunkConfigurationTests
{
    private const string Vms = "vms: [{name: ap, socket: ap.sock}]\n";
    private const string Least = "medium: lab1, host: h1, url: \"nats://127.0.0.1\"";

    [Test]
    public void AllOfItIsReadAndWritten()
    {
        var read = Parse($$"""
            {{Vms}}trunk:
              medium: lab1
              host: h1
              url: tls://nats.example:4443
              credentials: h1.creds
              authorities: ca.pem
              firstVm: 101
              grace: 2s
              staleAfter: 20ms
            """);
        var expected = new TrunkConfiguration("lab1", "h1", new Uri("tls://nats.example:4443"))
        {
            Credentials = "/lab/h1.creds",
            Authorities = "/lab/ca.pem",
            FirstVm = 101,
            Grace = TimeSpan.FromSeconds(2),
            StaleAfter = TimeSpan.FromMilliseconds(20),
        };
        Assert.That(read.Trunk, Is.EqualTo(expected));
        Assert.That(DaemonConfiguration.Parse(DaemonWriter.ToYaml(read), "/lab/medium.yaml").Trunk, Is.EqualTo(expected));
    }

    [Test]
    public void TheLeastHasNatsPortAndTheFirstNumbers()
    {
        var trunk = Parse($"{Vms}trunk: {{{Least}}}").Trunk!;
        Assert.That((trunk.Url.Port, trunk.FirstVm, trunk.Credentials), Is.EqualTo((4222, 1, (string?)null)));
        Assert.That(Parse(Vms).Trunk, Is.Null);
    }

    [TestCase("medium: lab1, host: h1, url: \"nats://10.0.0.1:4222\"", "", "give a tls:// URL and 'credentials'")]
    [TestCase("medium: lab1, host: h1, url: \"tls://10.0.0.1:4222\"", "", "give a tls:// URL and 'credentials'")]
    [TestCase("medium: lab1, host: h1, url: \"nats://10.0.0.1:4222\", credentials: c", "", "give a tls:// URL and 'credentials'")]
    [TestCase("medium: lab1, host: h1, url: \"nats://user:secret@127.0.0.1\"", "", "'url' is ")]
    [TestCase("medium: lab1, host: h1, url: \"http://127.0.0.1\"", "", "'url' is ")]
    [TestCase("medium: lab.1, host: h1, url: \"nats://127.0.0.1\"", "", "'medium' is ")]
    [TestCase("medium: lab1, host: \"*\", url: \"nats://127.0.0.1\"", "", "'host' is ")]
    [TestCase("host: h1, url: \"nats://127.0.0.1\"", "", "'medium' is missing")]
    [TestCase(Least, "socket: any.sock", "'socket': ")]
    [TestCase(Least, "local: true", "'local': ")]
    [TestCase(Least, "timing: airtime", "'timing: airtime' with 'trunk'")]
    [TestCase(Least, "radios: [{radio: ap, position: [0, 0, 0], velocity: [1, 0, 0]}]", "radios that move")]
    [TestCase(Least, "fading: {model: rayleigh, coherenceTime: 20ms}", "'fading'")]
    [TestCase(Least + ", authorities: ca.pem", "", "tls:// URL")]
    public void WhatHostsCannotShareIsRefused(string trunk, string more, string problem) =>
        Assert.That(() => Parse($"{Vms}{more}\ntrunk: {{{trunk}}}"), Throws.TypeOf<ConfigurationException>().With.Message.Contains(problem));

    [Test]
    public void LinksMayNameVmsOfOtherHosts() =>
        Assert.That(Parse($"{Vms}trunk: {{{Least}}}\nlinks: [{{from: ap, to: elsewhere, loss: 0.5}}]").Medium.Links, Has.Count.EqualTo(1));

    [Test]
    public void RadiosThatStandStillAreShared() =>
        Assert.That(TrunkConfiguration.ProblemOf(Parse($"{Vms}trunk: {{{Least}}}\nradios: [{{radio: ap, position: [1, 2, 0]}}]").Medium), Is.Null);

    private static DaemonConfiguration Parse(string yaml) => DaemonConfiguration.Parse(yaml, "/lab/medium.yaml");
}
