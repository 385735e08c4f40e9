using System.Diagnostics;
using System.Text;
using ShmWifi.Lab;

namespace ShmWifi.Tests.Support;

/// <summary>tshark, with the extcap of a folder alone.</summary>
/// <remarks>Root's ignores WIRESHARK_EXTCAP_DIR: it has that folder in the place of the system's.</remarks>
internal sealed class TsharkProcess : IDisposable
{
    private static readonly string s_extcaps = Wireshark.Run("tshark", ["-G", "folders"]).Split('\n')
        .Last(line => line.Contains("Extcap path:", StringComparison.Ordinal)).Split('\t')[^1];

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly StringBuilder _error = new();

    /// <summary>Starts it.</summary>
    /// <param name="folder">Its home; <see cref="Install"/> was there before.</param>
    public TsharkProcess(string folder, params IEnumerable<string> arguments)
    {
        const string InPlace = """mount --bind "$0" "$1" && shift && exec tshark "$@" """;
        var start = new ProcessStartInfo("unshare", ["-m", "sh", "-c", InPlace, ExtcapsOf(folder), s_extcaps, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = start.Environment["XDG_CONFIG_HOME"] = folder;
        start.Environment["PATH"] = $"{Path.Combine(folder, "bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data, text => _lines.Add(text));
        _process.ErrorDataReceived += (_, line) => Take(line.Data, text => _error.AppendLine(text));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has printed so far.</summary>
    public List<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    /// <summary>What it has complained of so far.</summary>
    public string Error
    {
        get
        {
            lock (_lines)
                return _error.ToString();
        }
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>After its end.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Has the folder have <c>shm-medium extcap</c>.</summary>
    /// <param name="stateFile">Of the daemon whose medium it shows.</param>
    public static void Install(string folder, string stateFile)
    {
        (int code, string output, string error) = MediumProcess.Run("extcap", "install", "--folder", ExtcapsOf(folder), "--state", stateFile);
        if (code != 0 || !output.StartsWith(Path.Combine(ExtcapsOf(folder), "shm-medium"), StringComparison.Ordinal))
            throw new LabException($"shm-medium extcap install ended with {code}: {output}{error}");
    }

    /// <summary>All that it prints until it ends.</summary>
    public string ReadToEnd()
    {
        if (!_process.WaitForExit(Deadline.Limit))
            throw new LabException($"tshark does not end: {Error}");
        _process.WaitForExit(); // and its output is read
        return string.Join('\n', Lines);
    }

    /// <summary>Ctrl-C, and its end.</summary>
    public void Interrupt()
    {
        if (Tmds.Linux.LibC.kill(_process.Id, Tmds.Linux.LibC.SIGINT) != 0)
            throw new LabException("tshark has ended already");
        _ = ReadToEnd();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static string ExtcapsOf(string folder) => Path.Combine(folder, "extcap");

    private void Take(string? text, Action<string> keep)
    {
        lock (_lines)
        {
            if (text is not null)
                keep(text);
        }
    }
}
