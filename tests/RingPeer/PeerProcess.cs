using System.Diagnostics;
using System.Text;

namespace ShmWifi.Tests.RingPeer;

/// <summary>This program as a process, for tests: started once it says that it is ready, killed at the latest when disposed.</summary>
internal sealed class PeerProcess : IDisposable
{
    private static readonly TimeSpan HungAfter = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private PeerProcess(Process process) => _process = process;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts a peer and waits until it stands on its ring.</summary>
    public static PeerProcess Start(PeerOptions options)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "RingPeer"), options.ToArguments())
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var peer = new PeerProcess(Process.Start(start)!);
        peer._process.ErrorDataReceived += (_, line) => peer._errors.AppendLine(line.Data);
        peer._process.BeginErrorReadLine();
        string? ready = peer._process.StandardOutput.ReadLine();
        if (ready == "ready")
            return peer;
        peer._process.WaitForExit();
        using (peer)
            throw new InvalidOperationException($"RingPeer {options.Role} did not start: {peer._errors}");
    }

    /// <summary>What it found.</summary>
    public Verdict WaitForVerdict()
    {
        if (!_process.WaitForExit(HungAfter))
            throw new TimeoutException($"RingPeer {string.Join(' ', _process.StartInfo.ArgumentList)} hangs");
        _process.WaitForExit();
        return Enum.IsDefined((Verdict)_process.ExitCode)
            ? (Verdict)_process.ExitCode
            : throw new InvalidOperationException($"RingPeer ended with {_process.ExitCode}: {_errors}");
    }

    /// <summary>Kills it as a crash would, wherever it stands.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        if (_process.ExitCode != 128 + 9)
            throw new InvalidOperationException($"RingPeer had ended with {_process.ExitCode} before it was killed: {_errors}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
    }
}
