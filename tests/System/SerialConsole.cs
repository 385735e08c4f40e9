using System.Diagnostics;
using System.Text;

namespace ShmWifi.Tests.System;

/// <summary>A guest's console, as whoever started its QEMU has it in a terminal.</summary>
internal sealed class SerialConsole : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10); // of a boot under TCG, too
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private int _command;

    /// <summary>That of a process whose standard input and output it is.</summary>
    public SerialConsole(Process process)
    {
        _process = process;
        _ = Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>All that it has printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Waits for the prompt of a shell of root's in Debian.</summary>
    public void WaitForPrompt() => WaitFor(":~# ");

    /// <summary>Waits until the lab's guest image has started, and starts its shell.</summary>
    public void Activate() => Activate(0);

    /// <summary>Types a command after which the guest starts anew, and starts the lab's shell again.</summary>
    public void Restart(string command)
    {
        int before = Output.Length;
        Type(command);
        Activate(before);
    }

    /// <summary>Types a command, and waits for its end.</summary>
    /// <returns>What was printed meanwhile, the echo of what was typed included.</returns>
    public string Run(string command)
    {
        int before = Output.Length;
        _command++;
        Type(command);
        Type($"echo ended $(({_command}+0)) $?"); // what is echoed of it is not what it prints
        WaitFor($"ended {_command} ");
        string printed = Output[before..];
        Assert.That(printed, Does.Contain($"ended {_command} 0"), command);
        return printed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Activate(int from)
    {
        WaitFor("to activate this console", from);
        int before = Output.Length;
        Type("");
        WaitFor("/ # ", before);
    }

    private void Type(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    private void WaitFor(string text, int from = 0)
    {
        for (var clock = Stopwatch.StartNew(); Output.IndexOf(text, from, StringComparison.Ordinal) < 0; Thread.Sleep(200))
        {
            Assert.That(_process.HasExited, Is.False, Output);
            Assert.That(clock.Elapsed, Is.LessThan(Limit), $"'{text}' on the console:\n{Output}");
        }
    }

    private void Read()
    {
        char[] buffer = new char[4096];
        while (_process.StandardOutput.Read(buffer) is var length and > 0)
        {
            lock (_output)
                _output.Append(buffer, 0, length);
        }
    }
}
