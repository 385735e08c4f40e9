using System.CommandLine;
using System.Diagnostics;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium;
using ShmWifi.ShmMedium.Cli;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Logging;

namespace ShmWifi.Tests.Unit.ShmMedium.Cli;

/// <summary>What ends a thread of the daemon ends the process, with a reason and in order.</summary>
public sealed class FailureTests
{
    private const string Hooks = "DOTNET_STARTUP_HOOKS";
    private readonly string _folder = Directory.CreateTempSubdirectory("shmwifi-failure").FullName;

    [OneTimeTearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TearDown]
    public void NoHooks()
    {
        Environment.SetEnvironmentVariable(Hooks, null);
        Environment.SetEnvironmentVariable(StartupHook.Trigger, null);
    }

    [Test]
    public void WhatEscapesTheEnginesThreadIsToldAndNobodyWaitsForIt()
    {
        Exception? told = null;
        using var log = new MediumLog();
        using var ledger = Ledger.Create(ports: 1);
        using var mediumLedger = MediumLedger.Create();
        using var frameLedger = FrameLedger.Create();
        using var engine = new MediumEngine(ledger, mediumLedger, frameLedger, log, new SpinBudget(0), new MediumConfiguration(),
            exception => Volatile.Write(ref told, exception));
        engine.Start();
        Assert.That(engine.PostAsync(() => 1).Wait(Deadline.Limit), Is.True);
        engine.Post(() => throw new InvalidOperationException("boom"));
        Deadline.Until(() => Volatile.Read(ref told) is not null, "the reason");
        Assert.That(told!.Message, Is.EqualTo("boom"));
        var asked = engine.PostAsync(() => 1);
        Deadline.Until(() => asked.IsCompleted, "the end of who waits");
        Assert.That(asked.IsCanceled, Is.True);
    }

    [Test]
    public void ADaemonWhoseEngineEndedEndsWithItsExitCodeAndLeavesNothingBehind()
    {
        string socket = Path.Combine(_folder, "any.sock");
        string state = Path.Combine(_folder, "state.json");
        var serve = new ServeOptions();
        var command = new RootCommand();
        serve.AddTo(command);
        command.SetAction(parse => serve.Serve(
            parse,
            _ => DaemonConfiguration.Parse($"socket: {socket}", Path.Combine(_folder, "medium.yaml")),
            (configuration, statePath, log, fail) =>
            {
                var daemon = new Daemon(configuration, statePath, log, fail, new NoDescriptorStore());
                daemon.Engine.Post(() => throw new InvalidOperationException("boom"));
                return daemon;
            }));
        Assert.That(command.Parse(["--state", state]).Invoke(), Is.EqualTo(DaemonFailure.Software));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder), Is.Empty, "sockets, locks and state file are gone");
    }

    [Test]
    public void AnyThreadOfARealDaemonThatFailsEndsIt()
    {
        string trigger = Path.Combine(_folder, "fail");
        Environment.SetEnvironmentVariable(Hooks, typeof(StartupHook).Assembly.Location);
        Environment.SetEnvironmentVariable(StartupHook.Trigger, trigger);
        using var medium = MediumProcess.Start();
        using (var vm = SimulatedGuest.Connect(medium.Socket))
        {
            File.WriteAllText(trigger, "");
            var clock = Stopwatch.StartNew();
            Assert.That(medium.WaitForExit(), Is.EqualTo(DaemonFailure.Software), medium.Error);
            Assert.That(clock.Elapsed, Is.LessThan(2 * LastResort.Limit));
            Assert.That(vm.Region.HostState, Is.EqualTo(HostState.Away), "guests are told");
        }
        File.Delete(trigger);
        Assert.That(medium.Error, Does.Contain("thread 'doomed' ended by a fault of shm-medium itself").And.Contain("a fault of the test's"));
        Assert.That(File.Exists(medium.Socket) || File.Exists(medium.ControlSocket) || File.Exists(medium.StateFile), Is.False);
    }

    [Test]
    public void SystemdIsToldOnlyWhenTheEngineAnswers()
    {
        using var log = new MediumLog();
        using var ledger = Ledger.Create(ports: 1);
        using var mediumLedger = MediumLedger.Create();
        using var frameLedger = FrameLedger.Create();
        using var engine = new MediumEngine(ledger, mediumLedger, frameLedger, log, new SpinBudget(0), new MediumConfiguration(),
            exception => throw exception);
        int told = 0;
        var watchdog = new SystemdWatchdog(engine, state => told += state.ToString() == "WATCHDOG=1" ? 1 : 100);
        watchdog.Ask();
        watchdog.Ask();
        Thread.Sleep(50);
        Assert.That(told, Is.Zero, "the engine does not run yet");
        engine.Start();
        Deadline.Until(() => Volatile.Read(ref told) == 1, "the answer to the first; the second asked for nothing");
        watchdog.Ask();
        Deadline.Until(() => Volatile.Read(ref told) == 2, "the next answer");
    }
}
