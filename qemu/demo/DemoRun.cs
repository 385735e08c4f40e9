using ShmWifi.Lab;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Report;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;
using ShmWifi.Lab.Wifi;
using Spectre.Console;
using Progress = ShmWifi.Lab.Progress;

namespace ShmWifi.Demo;

/// <summary>One demo: the lab, the measurements on it, and what they say.</summary>
internal sealed class DemoRun
{
    private const int MostRounds = 5; // of a second at least: less is mostly the start of commands
    private const int PingsASecond = 50;
    private const int SoakSegmentSeconds = 10;

    private readonly DemoOptions _options;
    private readonly Progress _progress;
    private readonly CancellationToken _cancellation;
    private readonly List<string> _problems = [];
    private Member? _reloaded;
    private string _reloadedAddress = "";
    private DemoFigures _figures;

    private DemoRun(DemoOptions options, Progress progress, CancellationToken cancellation)
    {
        _options = options;
        _progress = progress;
        _cancellation = cancellation;
        _figures = new DemoFigures
        {
            Path = Word(options.Path),
            Stations = [.. options.Topology.Vms.Where(vm => vm.Role == Role.Station).Select(vm => new StationFigures(vm.Name, null, null))],
        };
    }

    /// <summary>Runs a demo and prints its figures.</summary>
    /// <param name="jsonFile">Where the figures go as JSON; or null.</param>
    /// <returns>The exit code: 0 when all stations associated, no ping was lost, no link was
    /// lost, no kernel complained, and the capture is sound.</returns>
    public static async Task<int> RunAsync(DemoOptions options, string? jsonFile, CancellationToken cancellation)
    {
        if (jsonFile != null)
            RunReport.ThrowIfUnwritable(jsonFile);
        var environment = RunEnvironment.Look(options.Topology.Vms[^1].Guest);
        DemoRun? run = null;
        await Progress.RunAsync(async progress =>
        {
            run = new DemoRun(options, progress, cancellation);
            await run.RunAsync();
        });
        var report = run!.Report(environment.End());
        ReportTable.Print(report, TableOrder.Groups, AnsiConsole.Console);
        if (report.ExitCode == 0)
            AnsiConsole.MarkupLine("[green]all stations associated, no ping lost, no link lost, no kernel complains, capture sound[/]");
        if (jsonFile != null)
            await File.WriteAllTextAsync(jsonFile, report.ToJson(), CancellationToken.None);
        return report.ExitCode;
    }

    private RunReport Report(RunEnvironment environment)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["path"] = _figures.Path,
            ["isolation"] = _options.PerVmIsolation ? "per-vm" : "shared",
            ["security"] = _options.Security.ToString().ToLowerInvariant(),
            ["hypervisor"] = _options.Hypervisor.ToString().ToLowerInvariant(),
            ["accessPoint"] = _options.AccessPointArchitecture.ToString().ToLowerInvariant(),
        };
        if (_figures.Captures.Count > 0)
            details["capture"] = string.Join(", ", _figures.Captures);
        return new RunReport(environment, [.. _problems.Select(problem => new Problem("demo", problem))],
            DemoRows.Of(_figures))
        { Details = details };
    }

    private async Task RunAsync()
    {
        var topology = _options.Topology;
        var directory = new LabDirectory(topology.Name);
        directory.Prepare(topology.Folders);
        await using var lab = await LabInstance.StartAsync(topology, directory, _progress, _cancellation);
        _figures = _figures with { Captures = [.. lab.Media.Select(medium => medium.Capture)] };
        if (_options.WebPort is { } port)
            _progress.Done($"the map is ready: http://127.0.0.1:{port}/");
        var roles = new Roles(_progress);
        try
        {
            var floor = StartFloorAsync(lab);
            await Task.WhenAll(roles.StartAsync(lab.Vms, _cancellation), floor);
            await MeasureAsync(lab, roles.Members, await floor);
        }
        catch (LabException exception)
        {
            _problems.Add(exception.Message);
        }

        ReportStations(roles.Members);
        await CollectAsync(lab, roles.Members);
    }

    private async Task<WifiInterface> StartFloorAsync(LabInstance lab)
    {
        var vm = lab.Vms.Single(vm => vm.Name == KernelFloor.Name);
        var station = await KernelFloor.StartAsync(vm, _options.Network, _cancellation);
        _progress.Done($"{vm.Name}: two radios in one VM are associated on the kernel's own medium");
        return station;
    }

    private async Task MeasureAsync(LabInstance lab, IReadOnlyList<Member> members, WifiInterface floorStation)
    {
        var accessPoint = members[0];
        var stations = members.Skip(1).ToList();
        var pairs = stations.Select(station => (From: station, To: accessPoint))
            .Concat(stations.Zip(stations.Skip(1), (from, to) => (From: from, To: to))).ToList();
        var medium = pairs.ConvertAll(pair => new PingProbe(MeasuredPath.OverAir(pair.From, pair.To)));
        var wired = pairs.ConvertAll(pair => new PingProbe(MeasuredPath.OverWire(pair.From, pair.To)));
        var inKernel = new PingProbe(MeasuredPath.InKernel(floorStation));

        await PingAsync(medium, wired, inKernel);
        _figures = _figures with
        {
            Ping = medium.ConvertAll(PingFigures.Of),
            InKernel = new FloorFigures(RttSummary.Of(inKernel.RttMs), null),
            Wired = new FloorFigures(RttSummary.Of(wired.SelectMany(probe => probe.RttMs)), null),
        };
        foreach (var probe in medium.Where(probe => probe.Received < probe.Sent))
            _problems.Add($"{probe.Sent - probe.Received} of {probe.Sent} pings from {probe.MeasuredPath.From} to {probe.MeasuredPath.To} were lost");

        await ThroughputAsync(lab, pairs, floorStation);
        if (_options.ReloadEvery > TimeSpan.Zero)
            await ReloadAsync(lab, accessPoint, stations);
        else if (_options.Soak > TimeSpan.Zero)
            await SoakAsync(accessPoint, stations);
        if (lab.Nats is { } server)
        {
            string? host = accessPoint.Radio.Vm.Spec.Host;
            var outage = new ServerOutage(server, accessPoint, stations, station => station.Radio.Vm.Spec.Host == host, _progress);
            _figures = _figures with { Outage = await outage.RunAsync(_cancellation) };
        }
        await CountAsync(lab);
    }

    /// <summary>What daemons and guests counted, of a link or VM that several hosts know the host that it is on.</summary>
    private async Task CountAsync(LabInstance lab)
    {
        List<LinkLatency> latency = [];
        Dictionary<string, VmCounters> vms = new(StringComparer.Ordinal);
        foreach (var (host, medium) in _options.Topology.Hosts.Zip(lab.Media))
        {
            var statistics = await medium.StatisticsAsync(_cancellation);
            HashSet<string> here = [.. lab.Vms.Where(vm => vm.Spec.Host == host).Select(vm => vm.Name)];
            latency.AddRange(statistics.Latency.Where(link => here.Contains(link.To)));
            foreach (var vm in statistics.Vms.Where(vm => here.Contains(vm.Name)))
                vms[vm.Name] = vm;
            _figures = _figures with { Media = [.. _figures.Media, new HostTotals(host, statistics.Medium)] };
        }
        _figures = _figures with
        {
            Latency = [.. latency.OrderBy(link => link.From, StringComparer.Ordinal).ThenBy(link => link.To, StringComparer.Ordinal)],
        };
        foreach (var vm in lab.Vms.Where(vm => vm.Spec is { Radios: > 0, Path: not FramePath.Virtio })) // there, nothing of ours counts
        {
            string? path = vms.GetValueOrDefault(vm.Name)?.Path;
            var counters = await GuestCounters.TakeAsync(vm.Guest, vm.Spec.Path, _cancellation);
            var guest = new GuestFigures(vm.Name, path, counters.TxFrames, counters.TxDropped, counters.RxFrames, counters.Doorbells);
            _figures = _figures with { Guests = [.. _figures.Guests, guest] };
            if (path != _figures.Path)
                _problems.Add($"{vm.Name}: its port says that its frames take the path '{path ?? "none"}', not '{_figures.Path}'");
        }
    }

    /// <summary>All pairs over the air and over the wire in turns, so that a busy moment of this machine hits both alike.</summary>
    private async Task PingAsync(List<PingProbe> medium, List<PingProbe> wired, PingProbe inKernel)
    {
        foreach (var probe in (PingProbe[])[.. medium, .. wired, inKernel])
            await probe.WarmUpAsync(_cancellation);
        int rounds = Math.Min(MostRounds, _options.Seconds);
        int count = _options.Seconds * PingsASecond / rounds;
        for (int round = 1; round <= rounds; round++)
        {
            _progress.Now($"ping over the air and wire, round {round} of {rounds}");
            foreach (var (overAir, overWire) in medium.Zip(wired))
            {
                await overAir.RunAsync(count, _cancellation);
                await overWire.RunAsync(count, _cancellation);
            }

            await inKernel.RunAsync(count, _cancellation);
        }

        foreach (var probe in medium)
            _progress.Done($"ping {probe.MeasuredPath.From} to {probe.MeasuredPath.To}: {probe.Received} of {probe.Sent}, p50 "
                + $"{RttSummary.Of(probe.RttMs)?.P50:0.00} ms");
    }

    private async Task ThroughputAsync(LabInstance lab, List<(Member From, Member To)> pairs, WifiInterface floorStation)
    {
        await Task.WhenAll(lab.Vms.Select(vm => Iperf.ServeAsync(vm.Guest, _cancellation)));
        var tcp = new List<TcpFigures>();
        foreach (var (from, to) in pairs)
        {
            _progress.Now($"TCP from {from.Name} to {to.Name}");
            double mbps = await Iperf.TcpAsync(MeasuredPath.OverAir(from, to), _options.Seconds, _cancellation);
            _progress.Done($"TCP {from.Name} to {to.Name}: {mbps:0.0} Mbit/s");
            tcp.Add(new TcpFigures(from.Name, to.Name, mbps));
            _figures = _figures with { Tcp = [.. tcp] };
        }

        _progress.Now("TCP over the floors");
        var (station, accessPoint) = pairs[0];
        double wiredMbps = await Iperf.TcpAsync(MeasuredPath.OverWire(station, accessPoint), _options.Seconds, _cancellation);
        double? inKernelMbps = await FloorTcpAsync(floorStation);
        _progress.Done($"TCP floors: wired {wiredMbps:0} Mbit/s, in-kernel {inKernelMbps:0} Mbit/s");
        _figures = _figures with
        {
            InKernel = _figures.InKernel with { TcpMbps = inKernelMbps },
            Wired = _figures.Wired with { TcpMbps = wiredMbps },
        };
    }

    /// <summary>Null where the floor's station has lost its link: nothing of ours is in its way.</summary>
    private async Task<double?> FloorTcpAsync(WifiInterface floorStation)
    {
        try
        {
            return await Iperf.TcpAsync(MeasuredPath.InKernel(floorStation), _options.Seconds, _cancellation);
        }
        catch (LabException exception)
        {
            _progress.Done($"the in-kernel floor has no TCP figure: {exception.Message}");
            return null;
        }
    }

    /// <summary>Pings from all stations all the time, and TCP from one after the other.</summary>
    private async Task SoakAsync(Member accessPoint, List<Member> stations)
    {
        int segments = Math.Max(1, (int)(_options.Soak.TotalSeconds / SoakSegmentSeconds));
        var probes = stations.ConvertAll(station => new PingProbe(MeasuredPath.OverAir(station, accessPoint)));
        for (int segment = 0; segment < segments; segment++)
        {
            _progress.Now($"soak, {segment * SoakSegmentSeconds} of {segments * SoakSegmentSeconds} s");
            var sender = stations[segment % stations.Count];
            var pings = probes.ConvertAll(probe => probe.RunAsync(SoakSegmentSeconds * 10, 0.1, _cancellation));
            await Iperf.TcpAsync(MeasuredPath.OverAir(sender, accessPoint), SoakSegmentSeconds, _cancellation);
            await Task.WhenAll(pings);
        }

        foreach (var probe in probes)
        {
            _progress.Done($"soak of {segments * SoakSegmentSeconds} s: ping {probe.MeasuredPath.From} to {probe.MeasuredPath.To}: "
                + $"{probe.Received} of {probe.Sent} beside TCP");
            if (probe.Received < probe.Sent)
                _problems.Add(
                    $"soak: {probe.Sent - probe.Received} of {probe.Sent} pings from {probe.MeasuredPath.From} to {probe.MeasuredPath.To} were lost");
        }
    }

    /// <summary>Has stations ping their access point until Ctrl-C, so that there is something to look at.</summary>
    private async Task HoldAsync(int port, IReadOnlyList<Member> members)
    {
        const int PingsAtOnce = 50;
        _progress.Now($"the map stays at http://127.0.0.1:{port}/; Ctrl-C ends the demo");
        var probes = members.Skip(1).Select(station => new PingProbe(MeasuredPath.OverAir(station, members[0]))).ToList();
        try
        {
            while (true)
            {
                try
                {
                    await Task.WhenAll(probes.ConvertAll(probe => probe.RunAsync(PingsAtOnce, 0.1, _cancellation)));
                }
                catch (LabException)
                {
                    // Who looks may have moved a station out of reach.
                }
                await Task.Delay(TimeSpan.FromMilliseconds(100), _cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    /// <summary>Reloads of the first station's module under traffic.</summary>
    private async Task ReloadAsync(LabInstance lab, Member accessPoint, List<Member> stations)
    {
        _reloaded = stations[0];
        _reloadedAddress = await AddressAsync(stations[0]);
        var soak = new ReloadSoak(accessPoint, stations[0], stations[1..], lab.Medium!, _progress);
        try
        {
            _problems.AddRange(await soak.RunAsync(_options.Soak, _options.ReloadEvery, _cancellation));
        }
        finally
        {
            _figures = _figures with { Reloads = soak.Report };
        }
    }

    /// <summary>A station whose module goes may lose its link, and its access point may say so. Nobody else may.</summary>
    private bool IsExpected(VirtualMachine vm, string lostLink) =>
        _reloaded != null && (vm == _reloaded.Radio.Vm || lostLink.Contains(_reloadedAddress, StringComparison.OrdinalIgnoreCase));

    private async Task<string> AddressAsync(Member member) => (await member.Radio.Vm.Guest.RunAsync(
        "reading the MAC address", $"cat /sys/class/net/{member.Radio.Name}/address", TimeSpan.FromSeconds(15), _cancellation)).Trim();

    private void ReportStations(IReadOnlyList<Member> members) => _figures = _figures with
    {
        Stations =
        [
            .. _figures.Stations.Select(station => members.FirstOrDefault(member => member.Name == station.Name)?.Association is { } association
                ? new StationFigures(station.Name, association.Milliseconds, association.Security.ToString().ToLowerInvariant())
                : station),
        ],
    };

    private static string Word(FramePath path) => path.ToString().ToLowerInvariant();

    /// <summary>A floor whose station lost its link, on the kernel's own medium, is no baseline; nothing of ours was in its way.</summary>
    private void DropInKernelFloor(string lostLink)
    {
        _figures = _figures with { InKernel = new FloorFigures(null, null) };
        _progress.Done($"the in-kernel floor has no figures: its station lost its link: {lostLink}");
    }

    /// <summary>Fetches the guests' logs, ends the medium in order, and looks through logs and capture.</summary>
    private async Task CollectAsync(LabInstance lab, IReadOnlyList<Member> members)
    {
        _progress.Now("collecting logs");
        var addresses = new List<(string? Host, string Name, string Address)>();
        var collecting = lab.Vms.Select(vm => GuestLogs.CollectAsync(vm, _cancellation)).ToList();
        foreach (var (vm, collected) in lab.Vms.Zip(collecting))
        {
            try
            {
                var logs = await collected;
                if (vm.Name != KernelFloor.Name)
                    _problems.AddRange(logs.LostLinks.Where(line => !IsExpected(vm, line)).Select(line => $"a lost link: {line}"));
                else if (logs.LostLinks is [var lostLink, ..])
                    DropInKernelFloor(lostLink);
                _problems.AddRange(logs.Complaints.Select(line => $"the kernel complains: {line}"));
                if (_options.Security != Security.Open && members.FirstOrDefault(member => member.Radio.Vm == vm && member.Association != null)
                    is { } member)
                    addresses.Add((vm.Spec.Host, vm.Name, await AddressAsync(member)));
            }
            catch (LabException exception)
            {
                _problems.Add(exception.Message);
            }
        }

        if (_options.WebPort is { } port)
            await HoldAsync(port, members);
        await lab.StopMediumAsync();
        foreach (var (host, capture) in _options.Topology.Hosts.Zip(_figures.Captures))
        {
            _progress.Now("reading the capture with tshark");
            var here = addresses.Where(member => member.Host == host).ToDictionary(member => member.Name, member => member.Address);
            _problems.AddRange(File.Exists(capture) ? CaptureCheck.Run(capture, here) : [$"there is no capture {capture}"]);
        }

        _progress.Done($"logs are in {lab.Folder}");
    }
}
