using System.Diagnostics;
using System.Text;
using ShmWifi.Linux;

namespace ShmWifi.Tests.Medium;

/// <summary>A real shm-medium, in a folder of its own; ready once it says so, gone when disposed.</summary>
public sealed class MediumProcess : IDisposable
{
    private const int SIGINT = 2;
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly ManualResetEventSlim _isReady = new();

    private MediumProcess(string folder, string[] arguments)
    {
        Folder = folder;
        _process = new Process { StartInfo = StartInfo(arguments) };
        _process.OutputDataReceived += (_, line) =>
        {
            Add(_output, line.Data);
            if (line.Data == "shm-medium: ready")
                _isReady.Set();
        };
        _process.ErrorDataReceived += (_, line) => Add(_error, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>The common socket.</summary>
    public string Socket => Path.Combine(Folder, "any.sock");

    /// <summary>Its state file.</summary>
    public string StateFile => Path.Combine(Folder, "state.json");

    /// <summary>Its pid.</summary>
    public int Id => _process.Id;

    /// <summary>Standard output so far.</summary>
    public string Output => Text(_output);

    /// <summary>Standard error so far.</summary>
    public string Error => Text(_error);

    /// <summary>Runs it and waits until it serves.</summary>
    /// <param name="options">More of <c>run</c>.</param>
    public static MediumProcess Start(params string[] options)
    {
        string folder = Directory.CreateTempSubdirectory("shmwifi-process").FullName;
        var medium = new MediumProcess(folder, ["run", "--socket", Path.Combine(folder, "any.sock"), "--state", Path.Combine(folder, "state.json"), .. options]);
        if (medium._isReady.Wait(FakeVm.Patience))
            return medium;
        medium.Dispose();
        throw new InvalidOperationException($"shm-medium never got ready:\n{medium.Output}{medium.Error}");
    }

    /// <summary>Runs another command of shm-medium to its end.</summary>
    /// <param name="arguments">Its own.</param>
    public static (int Code, string Output, string Error) Run(params string[] arguments)
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
    public int Interrupt()
    {
        _ = LibC.kill(Id, SIGINT);
        Assert.That(_process.WaitForExit((int)FakeVm.Patience.TotalMilliseconds), Is.True, "it ends at SIGINT");
        _process.WaitForExit(); // until all output is read
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _isReady.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static ProcessStartInfo StartInfo(string[] arguments) => new(
        Path.Combine(TestContext.CurrentContext.TestDirectory, "shm-medium"), arguments)
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    private static void Add(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}
