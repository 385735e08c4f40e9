using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ShmWifi.IvshmemArgs;
using ShmWifi.Lab;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Qemu;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;
using ShmWifi.Lab.Wifi;
using ShmWifi.Tests.Support;
using static Tmds.Linux.LibC;
using MediumProcess = ShmWifi.Lab.Medium.MediumProcess;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>A VM pauses, reboots, crashes, is killed or unplugged: it is on the medium again, and another notices nothing.</summary>
/// <remarks>
/// A guest's image keeps nothing over a reboot: what its services would do at a boot (radios, wpa_supplicant, address) the lab does, as at the first.
/// </remarks>
internal sealed partial class Lives : IScenario
{
    private const double BackMostS = 30;
    private const double DisturbanceMostMs = 500; // beyond a quiet stretch: half of what a beacon loss takes
    private const int Attaches = 1000;
    private const int QuickAttaches = 300;
    private const int Resets = 10;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Suspension = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BootMost = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(20);

    private readonly Network _network = new(Ssid.Of("lives"), Security.Wpa2, "never down", 6);

    /// <inheritdoc/>
    public string Name => "lives";

    /// <inheritdoc/>
    public string Description => "a VM is paused, rebooted, crashed, killed, unplugged, suspended: it comes back, and another notices nothing";

    /// <inheritdoc/>
    public bool NeedsVms => true;

    /// <inheritdoc/>
    public async Task RunAsync(ScenarioRun run)
    {
        foreach (var path in run.Options.IsQuick ? (FramePath[])[FramePath.User] : [FramePath.User, FramePath.Kernel])
            await RunAsync(run, path);
    }

    private async Task RunAsync(ScenarioRun run, FramePath path)
    {
        string folder = new LabDirectory($"scenario-{run.Name}").Path;
        string peers = Path.Combine(folder, "peers");
        VmSpec[] vms =
        [
            .. ((string[])["ap", "sta1", "sta2"]).Select(name => new VmSpec
            {
                Name = name,
                Kernel = run.Options.Kernel,
                Path = path,
                QemuArguments = ["-action", "reboot=reset"], // after the lab's -no-reboot, which it replaces
            }),
        ];
        await using var wifi = await WifiLab.StartAsync(run, $"socket: '{peers}'\n", vms);
        var members = await wifi.ConnectAsync("wlan0", _network, "ap", "sta1", "sta2");
        var witness = new Witness(MeasuredPath.OverAir(members.Stations[1], members.AccessPoint));
        var life = new Life(run, $"{path.ToString().ToLowerInvariant()} path", wifi, members, witness, _network);
        await life.BeginAsync();

        await life.JudgeAsync("stop, 5 s, cont", async () =>
        {
            await QemuMonitor.ExecuteAsync(life.Vm, "stop", run.Cancellation);
            await Task.Delay(Pause, run.Cancellation);
            await QemuMonitor.ExecuteAsync(life.Vm, "cont", run.Cancellation);
        });
        await JudgeClockAsync(life);
        await JudgeMigrationAsync(life);
        await life.JudgeAsync($"{(run.Options.IsQuick ? QuickAttaches : Attaches)} attaches and detaches", () => AttachAsync(run, peers));
        await life.JudgeAsync("reboot", () => life.RebootAsync(() => life.EndAsync("reboot -f")));
        await life.JudgeAsync("panic", () => life.RebootAsync(() => life.EndAsync("echo c >/proc/sysrq-trigger")));
        await life.JudgeAsync($"{Resets} resets, each in the boot after the one before", () => life.RebootAsync(() => ResetAsync(life)));
        await life.JudgeAsync("QEMU killed and started again", async () =>
        {
            await life.Vm.KillAsync();
            await life.PowerOnAsync();
        });
        await JudgeSuspensionAsync(life);
        await life.JudgeAsync("device_del, device_add", async () =>
        {
            await ReplugAsync(life.Vm, MediumProcess.Socket(folder, life.Vm.Name), run.Cancellation);
            await life.RestartInjectorAsync();
        });
    }

    private static Task JudgeClockAsync(Life life) => life.JudgeAsync("clock back by a day, and forward", async () =>
    {
        const int Pings = 200;
        var log = await GuestLog.FollowAsync(life.Station, life.Run.Cancellation);
        var output = life.Route.Guest.TryRunAsync(
            $"/bin/ping -n -c {Pings} -i 0.02 -W 5 {life.Route.Address}", Answer, null, life.Run.Cancellation);
        foreach (string sign in (string[])["-", "+"])
        {
            await Task.Delay(TimeSpan.FromSeconds(1), life.Run.Cancellation);
            await life.Route.Guest.RunAsync("setting the clock", $"date -s @$(($(date +%s) {sign} 86400))", Answer, life.Run.Cancellation);
        }
        var received = Received().Match((await output).Output);
        life.Judge("clock back by a day, and forward: pings answered meanwhile, of 200", "1",
            received.Success ? double.Parse(received.Groups["n"].Value) : double.NaN, 0.98 * Pings, Pings);
        life.Judge("clock back by a day, and forward: links lost", "1",
            await log.HasAsync("CTRL-EVENT-DISCONNECTED", life.Run.Cancellation) ? 1 : 0, null, 0);
    });

    /// <summary>QEMU would take a VM away from its region: it must say no, and why.</summary>
    private static async Task JudgeMigrationAsync(Life life)
    {
        int refusals = 0;
        try
        {
            await QemuMonitor.ExecuteAsync(life.Vm, "migrate", life.Run.Cancellation, new JsonObject { ["uri"] = "exec:cat >/dev/null" });
        }
        catch (LabException refusal)
        {
            life.Run.Progress.Done(refusal.Message);
            refusals++;
        }
        life.Judge("migration: refusals with a reason", "1", refusals, 1, 1);
    }

    /// <summary>Simulated guests attach, say hello, send a broadcast and are killed. Who attaches too often is let wait.</summary>
    private static async Task AttachAsync(ScenarioRun run, string socket)
    {
        int attaches = run.Options.IsQuick ? QuickAttaches : Attaches;
        int refused = 0;
        var clock = Stopwatch.StartNew();
        await Task.Run(
            () =>
            {
                for (int number = 0; number < attaches && !run.Cancellation.IsCancellationRequested; number++)
                {
                    using var peer = SimulatedGuest.Connect(socket);
                    if (peer.IsRefused)
                    {
                        refused++;
                        continue;
                    }
                    var address = MediumFrames.Address(100 + (number % 100));
                    peer.Hello();
                    peer.AddRadio(0, address);
                    peer.TrySendFrame(0, MediumFrames.Numbered(Dot11.Frames.MacAddress.Broadcast, address, (uint)number, bodyLength: 100));
                }
            },
            run.Cancellation);
        run.Tell($"{attaches} attaches and detaches: they took", "s", clock.Elapsed.TotalSeconds);
        run.Judge($"{attaches} attaches and detaches: refused", "1", refused, null, 0);
    }

    /// <summary>All processes stand still, as in a machine that sleeps. Unlike there, their clocks go on.</summary>
    private static Task JudgeSuspensionAsync(Life life) => life.JudgeAsync(
        "host suspended",
        async () =>
        {
            int keeper = life.Wifi.Medium.ProcessId;
            int[] processes = [keeper, .. ChildProcesses.Of(keeper), .. life.Wifi.Vms.Select(vm => vm.ProcessId)];
            foreach (int process in processes)
                _ = kill(process, SIGSTOP);
            try
            {
                await Task.Delay(Suspension, life.Run.Cancellation);
            }
            finally
            {
                foreach (int process in processes.Reverse())
                    _ = kill(process, SIGCONT);
            }
        },
        Suspension + TimeSpan.FromSeconds(BackMostS)); // the witness sleeps, too, and may lose its link by beacon loss

    /// <summary>Later and later, so that firmware, kernel and the module's start are cut off.</summary>
    private static async Task ResetAsync(Life life)
    {
        for (int reset = 1; reset <= Resets; reset++)
        {
            await QemuMonitor.ExecuteAsync(life.Vm, "system_reset", life.Run.Cancellation);
            await Task.Delay(80 * reset * reset, life.Run.Cancellation);
        }
    }

    /// <summary>The device goes, and comes with a new connection: QEMU cannot use a character device's connection twice.</summary>
    /// <remarks>
    /// Under TCG QEMU 7.2 goes on watching the number of the descriptor that was the device's interrupt, by a device that it has freed: when another
    /// readable descriptor gets that number, it crashes. So the device must be gone wholly before a new one comes, which then gets the same numbers.
    /// </remarks>
    private static async Task ReplugAsync(VirtualMachine vm, string socket, CancellationToken cancellation)
    {
        const string Unnamed = "/machine/peripheral-anon"; // where QEMU has devices without an ID
        using var monitor = await QmpClient.ConnectAsync(QemuCommand.QmpSocket(vm.Folder), cancellation);
        var devices = await monitor.ExecuteAsync("qom-list", cancellation, new JsonObject { ["path"] = Unnamed });
        string device = devices!.AsArray().Single(d => d!["type"]!.GetValue<string>() == "child<ivshmem-doorbell>")!["name"]!.GetValue<string>();
        await monitor.ExecuteAsync("device_del", cancellation, new JsonObject { ["id"] = $"{Unnamed}/{device}" });
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(100, cancellation))
        {
            try
            {
                await monitor.ExecuteAsync("chardev-remove", cancellation, new JsonObject { ["id"] = IvshmemArguments.ChardevId });
                break;
            }
            catch (LabException) when (clock.Elapsed < Answer)
            {
                // Busy, as long as the guest has not let the device go, and QEMU has not done away with it.
            }
        }
        for (var clock = Stopwatch.StartNew(); HasRegion(); await Task.Delay(20, cancellation))
        {
            if (clock.Elapsed > Answer)
                throw new LabException($"{vm.Name}: QEMU keeps the region of a device that is gone");
        }
        var address = new JsonObject { ["type"] = "unix", ["data"] = new JsonObject { ["path"] = socket } };
        await monitor.ExecuteAsync("chardev-add", cancellation, new JsonObject
        {
            ["id"] = IvshmemArguments.ChardevId,
            ["backend"] = new JsonObject { ["type"] = "socket", ["data"] = new JsonObject { ["addr"] = address, ["server"] = false } },
        });
        await monitor.ExecuteAsync("device_add", cancellation, new JsonObject
        {
            ["driver"] = "ivshmem-doorbell",
            ["id"] = "replugged",
            ["chardev"] = IvshmemArguments.ChardevId,
            ["vectors"] = 1,
        });

        bool HasRegion() => File.ReadAllText($"/proc/{vm.ProcessId}/maps").Contains("/memfd:shmwifi", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(?<n>\d+) received", RegexOptions.None, 1000)]
    private static partial Regex Received();

    /// <summary>The station that things are done to, beside its witness.</summary>
    private sealed class Life(ScenarioRun run, string lab, WifiLab wifi, WifiNetwork members, Witness witness, Network network)
    {
        private double _quietMs;
        private Stopwatch? _booted;

        public ScenarioRun Run => run;

        public WifiLab Wifi => wifi;

        public Member Station => members.Station;

        public VirtualMachine Vm => Station.Radio.Vm;

        public MeasuredPath Route { get; } = MeasuredPath.OverAir(members.Station, members.AccessPoint);

        /// <summary>Finds out how long the witness's silences are while nothing happens.</summary>
        public async Task BeginAsync()
        {
            _quietMs = await witness.WatchAsync(() => Task.Delay(Quiet, run.Cancellation), run.Cancellation);
            run.Tell($"{lab}: the witness's longest silence in {Quiet.TotalSeconds} quiet s", "ms", _quietMs);
        }

        public void Judge(string figure, string unit, double value, double? low, double? high) =>
            run.Judge($"{lab}: {figure}", unit, value, low, high);

        /// <summary>Does something to the VM; then it shall be on the medium again, and the witness not have been disturbed.</summary>
        /// <param name="disturbance">How long the witness may be silent beyond what it is when nothing happens; null: 500 ms.</param>
        public async Task JudgeAsync(string what, Func<Task> act, TimeSpan? disturbance = null)
        {
            run.Progress.Now($"{run.Name}: {lab}, {what}");
            double backS = double.NaN;
            double silenceMs = double.NaN;
            _booted = null;
            try
            {
                silenceMs = await witness.WatchAsync(
                    async () =>
                    {
                        await act();
                        backS = await BackAsync(_booted ?? Stopwatch.StartNew());
                    },
                    run.Cancellation);
            }
            catch (LabException problem)
            {
                run.Progress.Done($"{run.Name}: {lab}, {what}: {problem.Message}");
            }
            Judge($"{what}: until a ping is answered", "s", backS, null, BackMostS);
            Judge($"{what}: the witness's longest silence", "ms", silenceMs, null,
                _quietMs + (disturbance?.TotalMilliseconds ?? DisturbanceMostMs));
            if (double.IsNaN(backS))
            {
                await Vm.KillAsync(); // so that what comes next is judged by itself
                await PowerOnAsync();
            }
        }

        /// <summary>Has the guest end by a command.</summary>
        public async Task EndAsync(string command) => await Route.Guest.RunAsync(
            "ending the guest", $"setsid sh -c 'sleep 1; {command}' </dev/null >/dev/null 2>&1 &", Answer, run.Cancellation);

        /// <summary>Has the guest end, and boot again in the same QEMU.</summary>
        public async Task RebootAsync(Func<Task> end)
        {
            const string BootId = "cat /proc/sys/kernel/random/boot_id";
            string before = await Route.Guest.RunAsync("reading the boot's ID", BootId, Answer, run.Cancellation);
            await end();
            for (var clock = Stopwatch.StartNew(); await BootIdAsync() is not { } now || now == before;)
            {
                if (clock.Elapsed > BootMost)
                    throw new LabException($"{Vm.Name} has not booted again after {BootMost.TotalSeconds} s");
            }
            await SetUpAsync();

            async Task<string?> BootIdAsync()
            {
                Vm.Guest.Dispose(); // what was sent to a guest that is gone is lost, and whose answer it waits for
                await Task.Delay(TimeSpan.FromSeconds(1), run.Cancellation);
                try
                {
                    return (await Route.Guest.TryRunAsync(BootId, TimeSpan.FromSeconds(1), null, run.Cancellation)).Output;
                }
                catch (LabException)
                {
                    return null; // it boots
                }
            }
        }

        /// <summary>Starts the VM's QEMU again.</summary>
        public async Task PowerOnAsync()
        {
            Vm.PowerOn();
            await Vm.WaitReadyAsync(run.Cancellation);
            await SetUpAsync();
        }

        /// <summary>What the guest's services would do; it has just booted.</summary>
        private async Task SetUpAsync()
        {
            _booted = Stopwatch.StartNew();
            await LabInstance.SetUpAsync(Vm, run.Cancellation);
            await JoinAsync();
        }

        /// <summary>What systemd does when a device was plugged in again: a new injector, with new radios; the kernel path's go on.</summary>
        public async Task RestartInjectorAsync()
        {
            if (Vm.Spec.Path == FramePath.Kernel)
                return;
            await Route.Guest.RunAsync(
                "the ends of the injector, of the radios and of wpa_supplicant",
                "while pidof shm-injector >/dev/null; do usleep 50000; done; kill $(pidof wpa_supplicant); rm -f /run/wpa_supplicant-*.log; true",
                Answer,
                run.Cancellation);
            await GuestRadios.StartAsync(Vm, run.Cancellation);
            await JoinAsync();
        }

        private async Task JoinAsync()
        {
            await new Station(Station.Radio, network).JoinAsync(run.Cancellation);
            await Route.Guest.RunAsync(
                "setting the address", $"/bin/ip address add {Station.Address}/24 dev {Station.Radio.Name}", Answer, run.Cancellation);
        }

        /// <summary>Waits for an answer to a ping.</summary>
        /// <param name="clock">Runs since the VM is back.</param>
        private async Task<double> BackAsync(Stopwatch clock)
        {
            var (code, _) = await Route.Guest.TryRunAsync(
                $"until {Route.Enter}/bin/ping -n -c 1 -W 1 {Route.Address} >/dev/null 2>&1; do usleep 20000; done",
                TimeSpan.FromSeconds(BackMostS), null, run.Cancellation);
            return code == 0 ? clock.Elapsed.TotalSeconds : double.NaN;
        }
    }
}
