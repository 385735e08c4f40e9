using System.Diagnostics;
using System.Text;
using ShmWifi.Tests.Medium;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.SystemTests.QemuDevice;

/// <summary>shm-medium as a process of its own: ready when it says so, its output forwarded, killed when disposed.</summary>
public sealed class MediumProcess : IDisposable
{
    private const int SIGTERM = 15;
    private const int SIGINT = 2;
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly ManualResetEventSlim _ready = new();

    /// <summary>Starts it with <c>run</c> and these options; does not wait.</summary>
    public MediumProcess(string folder, params IEnumerable<string> options)
    {
        _process = Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "shm-medium.dll"), "run", "--state", Path.Combine(folder, "state.json"), .. options])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder,
            })!;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its process.</summary>
    public int Pid => _process.Id;

    /// <summary>Whether it runs.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>All that it wrote.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Open descriptors.</summary>
    public IReadOnlyList<string> Descriptors => [.. Directory.EnumerateFileSystemEntries($"/proc/{Pid}/fd").Select(f => new FileInfo(f).LinkTarget).OfType<string>()];

    /// <summary>Starts it and waits until it is ready.</summary>
    public static MediumProcess StartReady(string folder, params IEnumerable<string> options)
    {
        var medium = new MediumProcess(folder, options);
        if (medium._ready.Wait(FakeVm.Patience))
            return medium;
        medium.Dispose();
        throw new IOException($"shm-medium is not ready: {medium.Output}");
    }

    /// <summary>SIGTERM.</summary>
    /// <returns>The exit status.</returns>
    public int Terminate() => Signal(SIGTERM);

    /// <summary>SIGINT.</summary>
    /// <returns>The exit status.</returns>
    public int Interrupt() => Signal(SIGINT);

    /// <summary>Waits until it ends by itself.</summary>
    public int WaitForExit()
    {
        Assert.That(_process.WaitForExit(FakeVm.Patience), Is.True, $"shm-medium does not end: {Output}");
        _process.WaitForExit(); // and all output is here
        return _process.ExitCode;
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
        _ready.Dispose();
    }

    private int Signal(int signal)
    {
        Assert.That(kill(Pid, signal), Is.Zero);
        return WaitForExit();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
        TestContext.Progress.WriteLine($"shm-medium: {line}");
        if (line == "shm-medium: ready")
            _ready.Set();
    }
}
