using System.Diagnostics;
using System.Text;
using ShmWifi.Linux;

namespace ShmWifi.Tests.Medium;

/// <summary>A real shm-medium: ready once it says so, its output forwarded, killed when disposed.</summary>
public sealed class MediumProcess : IDisposable
{
    private const int SIGINT = 2;
    private const int SIGTERM = 15;
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly ManualResetEventSlim _isReady = new();
    private bool _ownsFolder;

    /// <summary>Starts it with <c>run</c>; does not wait.</summary>
    /// <param name="folder">Where its state file goes; the caller's.</param>
    /// <param name="options">More of <c>run</c>.</param>
    public MediumProcess(string folder, params IEnumerable<string> options)
    {
        Folder = folder;
        _process = new Process { StartInfo = StartInfo(["run", "--state", StateFile, .. options]) };
        _process.OutputDataReceived += (_, line) =>
        {
            Take(_output, line.Data);
            if (line.Data == "shm-medium: ready")
                _isReady.Set();
        };
        _process.ErrorDataReceived += (_, line) => Take(_error, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>The common socket, of one that was started by <see cref="Start"/>.</summary>
    public string Socket => Path.Combine(Folder, "any.sock");

    /// <summary>Its state file.</summary>
    public string StateFile => Path.Combine(Folder, "state.json");

    /// <summary>Its pid.</summary>
    public int Id => _process.Id;

    /// <summary>Standard output so far.</summary>
    public string Output => Text(_output);

    /// <summary>Standard error so far.</summary>
    public string Error => Text(_error);

    /// <summary>What its open descriptors are.</summary>
    public IReadOnlyList<string> Descriptors => [.. Directory.EnumerateFileSystemEntries($"/proc/{Id}/fd").Select(f => new FileInfo(f).LinkTarget).OfType<string>()];

    /// <summary>Runs it in a folder of its own, which goes with it, and waits until it serves there.</summary>
    /// <param name="options">More of <c>run</c>.</param>
    public static MediumProcess Start(params IEnumerable<string> options)
    {
        string folder = Directory.CreateTempSubdirectory("shmwifi-process").FullName;
        var medium = new MediumProcess(folder, ["--socket", Path.Combine(folder, "any.sock"), .. options]) { _ownsFolder = true };
        return medium.AwaitReady();
    }

    /// <summary>Runs it and waits until it serves.</summary>
    /// <param name="folder">Where its state file goes; the caller's.</param>
    /// <param name="options">More of <c>run</c>.</param>
    public static MediumProcess StartIn(string folder, params IEnumerable<string> options) => new MediumProcess(folder, options).AwaitReady();

    /// <summary>Runs another command of shm-medium to its end.</summary>
    /// <param name="arguments">Its own.</param>
    public static (int Code, string Output, string Error) Run(params IEnumerable<string> arguments)
    {
        using var process = Process.Start(StartInfo(arguments))!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(FakeVm.Patience))
        {
            process.Kill();
            Assert.Fail($"shm-medium {string.Join(' ', arguments)} does not end");
        }
        return (process.ExitCode, output.Result, error.Result);
    }

    /// <summary>SIGINT, as by Ctrl-C; waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public int Interrupt() => Signal(SIGINT);

    /// <summary>SIGTERM; waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public int Terminate() => Signal(SIGTERM);

    /// <summary>Waits until it ends by itself.</summary>
    /// <returns>The exit code.</returns>
    public int WaitForExit()
    {
        Assert.That(_process.WaitForExit(FakeVm.Patience), Is.True, $"shm-medium does not end:\n{Output}{Error}");
        _process.WaitForExit(); // until all output is read
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
        _isReady.Dispose();
        if (_ownsFolder)
            Directory.Delete(Folder, recursive: true);
    }

    private static ProcessStartInfo StartInfo(IEnumerable<string> arguments) => new(Path.Combine(AppContext.BaseDirectory, "shm-medium"), arguments)
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    private static void Take(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
        TestContext.Progress.WriteLine($"shm-medium: {line}");
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    private MediumProcess AwaitReady()
    {
        if (_isReady.Wait(FakeVm.Patience))
            return this;
        Dispose();
        throw new InvalidOperationException($"shm-medium never got ready:\n{Output}{Error}");
    }

    private int Signal(int signal)
    {
        Assert.That(LibC.kill(Id, signal), Is.Zero);
        return WaitForExit();
    }
}
