using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using ShmWifi.Configuration;
using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Control;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Browser;

/// <summary>The map in Debian's Chromium, before a real daemon with simulated guests.</summary>
[NonParallelizable]
public sealed class MapTests
{
    private const string Places = """
        propagation: {model: logDistance, exponent: 3}
        radios:
          - {radio: vm1, position: [0, 0, 0]}
          - {radio: vm2, position: [12, 4, 0]}
          - {radio: vm3, position: [20, -8, 0]}
        walls:
          - {name: north, from: [6, -10], to: [6, -2], material: concrete}
        """;

    private PageSession _session = null!;

    [OneTimeSetUp]
    public async Task StartTheBrowser() => _session = await PageSession.StartAsync();

    [OneTimeTearDown]
    public async Task EndTheBrowser()
    {
        if (_session is not null)
            await _session.DisposeAsync();
    }

    [TearDown]
    public void NothingWentWrongInAPage() => Assert.That(_session.Problems, Is.Empty);

    [Test]
    public async Task ARadioThatIsDraggedIsThereForTheDaemonAndBackAfterUndo()
    {
        using var daemon = Start(out int port);
        var page = await _session.OpenAsync(port);
        await page.WaitForFunctionAsync("() => window.shmwifi.map.pointOf('vm2/phy0') && window.shmwifi.model.links.size === 6");
        double before = await SnrAsync(page);
        var at = await PageSession.PointOfAsync(page, "vm2/phy0");
        await PageSession.DragAsync(page, at, (at.X + 160, at.Y - 60));

        Deadline.Until(() => PlaceOf(daemon, "vm2") != (12, 4), "the daemon has moved it");
        await page.WaitForFunctionAsync("before => window.shmwifi.model.links.get('vm1/phy0>vm2/phy0').snrDb < before - 1", before);
        await page.ClickAsync("#undo");
        Deadline.Until(() => PlaceOf(daemon, "vm2") == (12, 4), "it is back");
    }

    [Test]
    public async Task AFaultOutOfAFrameThatIsClickedLosesTheNextOnesLikeIt()
    {
        using var daemon = Start(out int port);
        var one = daemon.Guests[0];
        var page = await _session.OpenAsync(port);
        one.SendFrame(0, Data(Address(2), Address(1), new byte[100]));
        await page.ClickAsync("#table .row.data");
        await page.FillAsync("#details input[type=number]", "2");
        await page.ClickAsync("#inject");
        await page.WaitForSelectorAsync("[data-fault=page1]");

        for (int i = 0; i < 3; i++)
            one.SendFrame(0, Data(Address(2), Address(1), new byte[100]));
        await page.WaitForFunctionAsync("() => document.querySelector('[data-fault=page1] b')?.textContent.startsWith('2')");
        Deadline.Until(() => daemon.Daemon.Engine.Faults.Single().Hits == 2, "two were lost");
    }

    [Test]
    public async Task WhatIsRecordedIsAScheduleThatTheDaemonTakes()
    {
        using var daemon = Start(out int port);
        var page = await OpenAsync(port);
        await page.ClickAsync("#record");
        await page.ClickAsync("li[data-radio='vm3/phy0']");
        await page.FillAsync("[aria-label='x in metres']", "33");
        await page.PressAsync("[aria-label='x in metres']", "Enter");
        await page.WaitForSelectorAsync("#save-schedule:enabled");
        string file = await SavedByAsync(page, "#save-schedule");
        string yaml = await File.ReadAllTextAsync(file);
        var read = DaemonConfiguration.Parse($"socket: any.sock\n{yaml}", "recorded.yaml");
        Assert.That(read.Medium.Schedule, Has.Count.EqualTo(1), yaml);
        await page.SetInputFilesAsync("#replay", file);
        Deadline.Until(() => daemon.Daemon.Engine.CurrentMedium.Schedule.Count == 1, "the daemon has the schedule");
    }

    [Test]
    public async Task WhatLiesBetweenTwoMarksIsSavedForWireshark()
    {
        using var daemon = Start(out int port);
        var page = await OpenAsync(port);
        await page.ClickAsync("#keep");
        await page.WaitForFunctionAsync("() => window.shmwifi.capture.head.length > 0"); // it is told at once that the capture has begun
        int sent = 0;
        foreach (int octets in (int[])[100, 200, 300])
        {
            daemon.Guests[0].SendFrame(0, Data(Address(2), Address(1), new byte[octets]));
            sent++;
            await page.WaitForFunctionAsync("count => window.shmwifi.model.frames.length === count && window.shmwifi.capture.frames === count", sent);
            await page.ClickAsync("#mark");
            await Task.Delay(20); // a mark is later than what came before it, by the time of the daemon
        }
        Assert.That(await SaveAsync(), Is.EqualTo("124,224,324"));

        await page.SelectOptionAsync("#save-from", new SelectOptionValue { Label = "mark 1" });
        Assert.That(await SaveAsync(), Is.EqualTo("224,324"));
        await page.SelectOptionAsync("#save-until", new SelectOptionValue { Label = "mark 2" });
        Assert.That(await SaveAsync(), Is.EqualTo("224"));

        async Task<string> SaveAsync() => string.Join(',', Wireshark.Fields(await SavedByAsync(page, "#save-pcapng"), "frame.len", "radiotap.length")
            .Select(line => line.Split('\t'))
            .Select(lengths => int.Parse(lengths[0], CultureInfo.InvariantCulture) - int.Parse(lengths[1], CultureInfo.InvariantCulture)));
    }

    [Test]
    public async Task TwoPagesShowTheSameAndAPageThatIsLoadedAgainShowsItAgain()
    {
        using var daemon = Start(out int port);
        var one = await OpenAsync(port);
        var other = await _session.OpenAsync(port);
        await one.ClickAsync("li[data-radio='vm1/phy0']");
        await one.FillAsync("[aria-label='z in metres']", "5");
        await one.PressAsync("[aria-label='z in metres']", "Enter");
        await other.WaitForFunctionAsync("() => window.shmwifi.model.radios.get('vm1/phy0').position[2] === 5");
        await other.ReloadAsync();
        await other.WaitForFunctionAsync("() => window.shmwifi?.model.radios.get('vm1/phy0')?.position[2] === 5");
        Assert.That(daemon.Daemon.Captures.Count, Is.EqualTo(2), "a page that went has left nothing");
    }

    [Test]
    public async Task AHostileSsidIsText()
    {
        using var daemon = Start(out int port);
        var page = await OpenAsync(port);
        foreach (byte[] ssid in (byte[][])["<img src=x onerror=alert(1)>"u8.ToArray(), "</span><script>alert(1)</script>"u8.ToArray(),
            [.. Enumerable.Range(0, 32).Select(octet => (byte)octet)], [.. Enumerable.Range(224, 32).Select(octet => (byte)octet)]])
        {
            daemon.Guests[0].SendFrame(0, Beacon(ssid));
        }
        await page.WaitForFunctionAsync("() => document.querySelectorAll('#table .row.management').length === 4");
        await page.WaitForFunctionAsync("() => document.querySelector('#radios .ssid').textContent !== ''");
        Assert.That(await page.Locator("#table img, #table script, #radios img, #details img").CountAsync(), Is.Zero);
        Assert.That(await page.Locator("#table").InnerTextAsync(), Does.Contain("<img src=x onerror=alert(1)>").And.Contain(@"\x00\x01"));
    }

    [Test]
    public async Task EveryValueOnThePageIsTheApis()
    {
        using var daemon = Start(out int port);
        for (int i = 0; i < 20; i++)
            daemon.Guests[0].SendFrame(0, Data(Address(2), Address(1), new byte[100]));
        var page = await _session.OpenAsync(port);
        await page.WaitForFunctionAsync("() => window.shmwifi.model.links.size === 6 && window.shmwifi.model.status");
        async Task<JsonNode> Page(string script) => JsonNode.Parse(await page.EvaluateAsync<string>($"async () => JSON.stringify({script})"))!;
        Task<JsonNode> Api(string path) => Page($"await (await fetch('/v1/{path}')).json()"); // so that both have a browser's numbers

        Assert.That(Text(await Page("[...window.shmwifi.model.radios.values()]")), Is.EqualTo(Text(await Api("radios"))));
        Assert.That(Text(await Page("[...window.shmwifi.model.links.values()].filter(link => link.from.startsWith('vm1/'))")),
            Is.EqualTo(Text(await Api("links/vm1/*"))));
        Assert.That(Text((await Page("window.shmwifi.model.medium"))["propagation"]!), Is.EqualTo(Text(await Api("propagation"))));
        var status = await Api("status");
        Assert.That(Text((await Page("window.shmwifi.model.status"))["vms"]!), Is.EqualTo(Text(status["vms"]!)));
        await page.ClickAsync("li[data-radio='vm1/phy0']");
        Assert.That(await page.Locator("#details").InnerTextAsync(), Does.Contain("20 frames"));
    }

    [Test]
    public async Task AThousandRadiosStayUsable()
    {
        const int Vms = 16, Radios = 63;
        int port = Loopback.FreePort();
        string places = string.Concat(Enumerable.Range(1, Vms).SelectMany(vm => Enumerable.Range(0, Radios).Select(radio =>
            string.Create(CultureInfo.InvariantCulture, $"  - {{radio: vm{vm}/radio{radio}, position: [{radio * 10}, {vm * 20}, 0]}}\n"))));
        using var daemon = new TestDaemon(Isolation.Shared, "{ ports: 16, txSlots: 128, rxDescriptors: 256, poolSlots: 32 }",
            keys: $"web: {port}\npropagation: freeSpace\nradios:\n{places}");
        List<SimulatedGuest> guests = [];
        for (int vm = 1; vm <= Vms; vm++)
            guests.Add(daemon.Attach([.. Enumerable.Range(0, Radios).Select(radio => Address(vm, radio))]));
        var page = await _session.OpenAsync(port);
        await page.WaitForFunctionAsync("count => window.shmwifi.model.radios.size === count", Vms * Radios);
        await PageSession.PictureAsync(page, "web-1000-radios");

        // Frames that pass have the map drawn: software rendering, two cores, and the daemon is this process, too.
        int from = await page.EvaluateAsync<int>("() => window.shmwifi.map.drawn");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(4))
        {
            for (int i = 0; i < 20; i++)
                guests[0].SendFrame((ushort)i, Data(Address(2, i), Address(1, i), new byte[100]));
            _ = guests[0].Drain();
            _ = guests[1].Drain();
            await Task.Delay(20);
        }
        double drawn = (await page.EvaluateAsync<int>("() => window.shmwifi.map.drawn") - from) / clock.Elapsed.TotalSeconds;
        await TestContext.Out.WriteLineAsync($"{drawn:0} pictures a second");
        Assert.That(drawn, Is.GreaterThan(10));
        Assert.That(await page.EvaluateAsync<int>("() => window.shmwifi.model.links.size"), Is.GreaterThan(0));
        await _session.ClosePagesAsync();
    }

    [Test]
    public async Task ThePageLooksAsTheDocumentationShowsIt()
    {
        using var daemon = Start(out int port);
        foreach ((var scheme, string name) in ((ColorScheme, string)[])[(ColorScheme.Dark, "web-dark"), (ColorScheme.Light, "web-light")])
        {
            var page = await OpenAsync(port, scheme);
            for (int i = 0; i < 60; i++)
            {
                daemon.Guests[0].SendFrame(0, Beacon("ShmWifi"u8.ToArray()));
                daemon.Guests[1].SendFrame(0, ToAccessPoint(2, 300 + (10 * i)));
                daemon.Guests[2].SendFrame(0, ToAccessPoint(3, 120));
                daemon.Guests.ForEach(guest => _ = guest.Drain());
                await Task.Delay(60);
            }
            await page.ClickAsync("li[data-radio='vm2/phy0']");
            daemon.Guests[1].SendFrame(0, ToAccessPoint(2, 300));
            await Task.Delay(150);
            await PageSession.PictureAsync(page, name);
            Assert.That(await page.EvaluateAsync<int>("() => window.shmwifi.model.associations.size"), Is.EqualTo(2));
        }
    }

    /// <summary>A page that shows the radios of the daemon's three guests.</summary>
    private async Task<IPage> OpenAsync(int port, ColorScheme scheme = ColorScheme.Dark)
    {
        var page = await _session.OpenAsync(port, scheme);
        await page.WaitForFunctionAsync("() => window.shmwifi.model.radios.size === 3");
        return page;
    }

    /// <summary>The file that a button saves.</summary>
    private static async Task<string> SavedByAsync(IPage page, string button)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync(button));
        return await download.PathAsync();
    }

    private RunningDaemon Start(out int port)
    {
        port = Loopback.FreePort();
        return new RunningDaemon(_session, $"web: {port}\n{Places}");
    }

    private static (double X, double Y) PlaceOf(RunningDaemon daemon, string vm)
    {
        var radios = new EngineMedium(daemon.Daemon.Engine, daemon.Daemon.Engine, _ => { }).ReadRadiosAsync().GetAwaiter().GetResult();
        var place = radios.Single(radio => radio.Vm == vm).Position;
        return (place.X, place.Y);
    }

    private static async Task<double> SnrAsync(IPage page) =>
        await page.EvaluateAsync<double>("() => window.shmwifi.model.links.get('vm1/phy0>vm2/phy0').snrDb");

    private static string Text(JsonNode node) => node is JsonArray list
        ? string.Join('\n', list.Select(one => one!.ToJsonString()).Order(StringComparer.Ordinal))
        : node.ToJsonString();

    private static byte[] Beacon(byte[] ssid)
    {
        byte[] frame = Data(new MacAddress(0xffff_ffff_ffff), Address(1), [.. new byte[12], 0, (byte)ssid.Length, .. ssid]);
        frame[0] = 0x80;
        Address(1).CopyTo(frame.AsSpan(16));
        return frame;
    }

    private static byte[] ToAccessPoint(int vm, int octets)
    {
        byte[] frame = Data(Address(1), Address(vm), new byte[octets]);
        frame[1] = 0x01; // to DS: address 1 is the BSSID
        return frame;
    }

    /// <summary>A daemon with three guests.</summary>
    private sealed class RunningDaemon : IDisposable
    {
        private readonly PageSession _session;
        private readonly TestDaemon _daemon;

        public RunningDaemon(PageSession session, string keys)
        {
            _session = session;
            _daemon = new TestDaemon(Isolation.Shared, keys: keys);
            Guests = [.. Enumerable.Range(1, 3).Select(number => _daemon.Attach(Address(number)))];
        }

        public List<SimulatedGuest> Guests { get; }

        public ShmMedium.Daemon Daemon => _daemon.Daemon;

        public void Dispose()
        {
            _session.ClosePagesAsync().GetAwaiter().GetResult();
            _daemon.Dispose();
        }
    }
}
