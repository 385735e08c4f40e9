using System.Globalization;
using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Demo;

/// <summary>Traffic both ways between a station and its access point, while the station's kernel module is taken out and put in again.</summary>
/// <remarks>
/// A round is one iperf3 run in both directions, with a reload in its middle. The radio
/// outlives the module, and so do wpa_supplicant, the address and the TCP
/// connections: they must go on. What was on the medium is lost, so pings that the station
/// sends meanwhile would be, too, and none are counted. The other stations
/// ping the access point all the time, and lose nothing.
/// </remarks>
/// <param name="station">Whose module is reloaded; of the kernel path.</param>
/// <param name="others">Stations that must notice nothing.</param>
/// <param name="medium">The daemon, which must come to no harm.</param>
internal sealed class ReloadSoak(Member accessPoint, Member station, IReadOnlyList<Member> others, MediumProcess medium, Progress progress)
{
    /// <summary>Of reloads: the station needs time to come back, and traffic to flow again.</summary>
    public static readonly TimeSpan ShortestPeriod = TimeSpan.FromSeconds(5);

    private const int BackSeconds = 30; // a scan of all channels takes a third of it
    private const int OthersPingsASecond = 10;
    private const int SentSeconds = 20;

    // Measured under traffic: pages differ by up to 196 KiB, after 2 reloads as after 30 (180);
    // slabs grow by up to 50 KiB a reload with the sockets that TCP keeps
    // for a minute. The page structs of a region are 2 MiB of 128, or 128 KiB of the 8 that a VM has for itself; a virtqueue of 1024 is 28 KiB.
    private const long PagesNoiseKib = 512;
    private const long SlabNoiseKib = 1024;
    private const long SlabKibAReload = 16;
    private const long DaemonNoiseKib = 16 * 1024;

    private readonly MeasuredPath _route = MeasuredPath.OverAir(station, accessPoint);
    private readonly List<PingProbe> _others = [.. others.Select(other => new PingProbe(MeasuredPath.OverAir(other, accessPoint)))];
    private readonly List<double> _backMs = [];
    private readonly List<(double There, double Back)> _mbps = [];
    private readonly List<(GuestMemory Guest, long DaemonKib)> _memory = [];

    /// <summary>What it came to so far; null before the first round was over.</summary>
    public ReloadReport? Report { get; private set; }

    /// <summary>Runs it.</summary>
    /// <param name="duration">How long there is traffic, in whole periods.</param>
    /// <returns>What was wrong; empty when nothing was.</returns>
    /// <exception cref="LabException">The station did not come back, TCP broke off, the daemon ended or shut a port: it cannot go on.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(TimeSpan duration, TimeSpan period, CancellationToken cancellation)
    {
        int rounds = (int)(duration / period);
        int seconds = (int)period.TotalSeconds;
        for (int round = 1; round <= rounds; round++)
        {
            progress.Now($"reload {round} of {rounds}");
            var traffic = Iperf.TcpBothWaysAsync(_route, seconds, cancellation);
            var pings = _others.ConvertAll(probe => probe.RunAsync(seconds * OthersPingsASecond, 1.0 / OthersPingsASecond, cancellation));
            await Task.Delay(period / 2, cancellation);
            var (backMs, _) = await ReloadAsync("", cancellation);
            _backMs.Add(backMs);
            _mbps.Add(await traffic);
            await Task.WhenAll(pings);
            if (round == 1)
                await LookAtMemoryAsync(cancellation);
            if (round == rounds)
                await LookAtMemoryAsync(cancellation);
            foreach (var vm in (await medium.StatisticsAsync(cancellation)).Vms.Where(vm => vm.State != "ready"))
                throw new LabException($"after reload {round}, the daemon says of {vm.Name}: {vm.State}");
            progress.Done(string.Create(
                CultureInfo.InvariantCulture,
                $"reload {round} of {rounds}: {station.Name} was back after {backMs:0} ms; TCP {_mbps[^1].There:0.0} and {_mbps[^1].Back:0.0} "
                    + $"Mbit/s"));
            Report = Summary(seconds);
        }

        return [.. Growth(), .. _others.Where(probe => probe.Received < probe.Sent).Select(probe =>
            $"reloads: {probe.Sent - probe.Received} of {probe.Sent} pings from {probe.MeasuredPath.From}, whose module stayed, to "
                + $"{probe.MeasuredPath.To} were lost")];
    }

    /// <summary>Whether memory grew by more than noise between two looks.</summary>
    /// <param name="guest">What the guest held, first and last.</param>
    internal static IEnumerable<string> Growth(int reloads, FirstAndLast<GuestMemory> guest, FirstAndLast<long> daemonKib)
    {
        (string What, long First, long Last, long Allowed)[] holdings =
        [
            ("the guest's kernel, in pages", guest.First.PagesKib, guest.Last.PagesKib, PagesNoiseKib),
            ("the guest's kernel, in slabs", guest.First.UnreclaimableKib, guest.Last.UnreclaimableKib, SlabNoiseKib + (reloads * SlabKibAReload)),
            ("shm-medium", daemonKib.First, daemonKib.Last, DaemonNoiseKib),
        ];
        return holdings.Where(held => held.Last - held.First > held.Allowed).Select(held =>
            $"{held.What}: {held.Last - held.First} KiB more after {reloads} reloads ({held.First}, then {held.Last}); {held.Allowed} are allowed");
    }

    private IEnumerable<string> Growth() => Report is { } report ? Growth(_backMs.Count, report.Memory, report.DaemonKib) : [];

    /// <summary>Takes the module out and puts it in again.</summary>
    /// <param name="between">For the guest's shell, while the module is out; what it prints is returned.</param>
    /// <returns>Milliseconds from the module's removal until a ping was answered.</returns>
    private async Task<(double BackMs, string Between)> ReloadAsync(string between, CancellationToken cancellation)
    {
        string output = await station.Radio.Vm.Guest.RunAsync(
            "coming back after a reload of the module",
            $$"""
            now() { cut -d' ' -f1 /proc/uptime; }
            start=$(now)
            rmmod shmwifi || { dmesg | tail -n 5; exit 1; }
            {{between}}
            insmod "/lib/modules/$(uname -r)/extra/shmwifi.ko" datapath=kernel || { dmesg | tail -n 5; exit 1; }
            deadline=$(($(cut -d. -f1 /proc/uptime) + {{BackSeconds}}))
            until {{station.Radio.Enter}}/bin/ping -n -q -c 1 -w 1 {{accessPoint.Address}} >/dev/null 2>&1; do
                usleep 50000
                [ "$(cut -d. -f1 /proc/uptime)" -lt $deadline ] || {
                    iw dev {{station.Radio.Name}} link;
                    tail -n 5 {{station.Radio.Log("wpa_supplicant")}}; dmesg | tail -n 5; exit 1; }
            done
            echo "back $start $(now)"
            """,
            TimeSpan.FromSeconds(BackSeconds + 15),
            cancellation);
        return output.TrimEnd().Split('\n')[^1].Split(' ') is ["back", var start, var end]
            ? ((double.Parse(end, CultureInfo.InvariantCulture) - double.Parse(start, CultureInfo.InvariantCulture)) * 1000, output)
            : throw new LabException($"{station.Name}: no times came of a reload:\n{output}");
    }

    /// <summary>Looks at what guest and daemon hold, between two rounds; at the guest's
    /// while the module is out, when it should hold nothing.</summary>
    /// <remarks>
    /// A connection that iperf3 has closed sends what it still has, and holds that as long as there is no medium to send it by:
    /// up to 1.4 MiB. So the module goes when none is left.
    /// </remarks>
    private async Task LookAtMemoryAsync(CancellationToken cancellation)
    {
        await station.Radio.Vm.Guest.RunAsync(
            "sending what closed TCP connections have left",
            "until grep -q '^TCP:.* orphan 0 ' /proc/net/sockstat; do usleep 50000; done",
            TimeSpan.FromSeconds(SentSeconds),
            cancellation);
        var (_, files) = await ReloadAsync(GuestMemory.Script, cancellation);
        string smaps = await File.ReadAllTextAsync($"/proc/{medium.ProcessId}/smaps", cancellation);
        _memory.Add((GuestMemory.Read(files), ResidentMemory.Read(smaps) / 1024));
    }

    private ReloadReport Summary(int seconds) => new(
        station.Name,
        _mbps.Count * seconds,
        [.. _backMs],
        [
            new TcpFigures(station.Name, accessPoint.Name, _mbps.Average(round => round.There)),
            new TcpFigures(accessPoint.Name, station.Name, _mbps.Average(round => round.Back)),
        ],
        new FirstAndLast<GuestMemory>(_memory[0].Guest, _memory[^1].Guest),
        new FirstAndLast<long>(_memory[0].DaemonKib, _memory[^1].DaemonKib));
}
