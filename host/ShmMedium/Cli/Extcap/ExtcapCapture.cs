using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json.Nodes;
using ShmWifi.ShmMedium.Cli.Ctl;

namespace ShmWifi.ShmMedium.Cli.Extcap;

/// <summary>Carries the daemon's frames to Wireshark's FIFO, from here or by ssh.</summary>
/// <param name="fifo">Open before anything can go wrong: that it is closed is what tells tshark that nothing comes.</param>
internal sealed class ExtcapCapture(Stream fifo, PcapngFilter filter)
{
    /// <summary>Copies what comes.</summary>
    /// <returns>True: nothing more comes. False: nobody reads it any more.</returns>
    /// <exception cref="InvalidDataException">It is no pcapng of ours.</exception>
    public async Task<bool> CopyAsync(Stream frames, CancellationToken cancellation)
    {
        var input = PipeReader.Create(frames);
        var passed = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await input.ReadAsync(cancellation);
            long done = filter.Copy(read.Buffer, passed);
            input.AdvanceTo(read.Buffer.GetPosition(done), read.Buffer.End);
            try
            {
                await fifo.WriteAsync(passed.WrittenMemory, cancellation);
            }
            catch (IOException)
            {
                return false; // EPIPE: Wireshark has closed it
            }
            passed.ResetWrittenCount();
            if (read.IsCompleted)
                return true;
        }
    }

    /// <summary>Copies what <c>shm-medium ctl capture live</c> on another host shows.</summary>
    /// <exception cref="CtlException">ssh, or that host's daemon, ended; says why.</exception>
    public async Task RunBySshAsync(string host, int? port, JsonObject selection, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("ssh")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add("-oBatchMode=yes"); // nobody could type a password
        if (port is { } number)
            start.ArgumentList.Add($"-p{number.ToString(CultureInfo.InvariantCulture)}");
        foreach (string argument in (ReadOnlySpan<string>)["--", host, RemoteCommand(selection)])
            start.ArgumentList.Add(argument);
        using var ssh = Start(start);
        var errors = ssh.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            if (!await CopyAsync(ssh.StandardOutput.BaseStream, cancellation))
                return;
        }
        finally
        {
            ssh.Kill();
        }
        throw new CtlException($"{host}: {((await errors).Trim() is { Length: > 0 } reason ? reason : "the connection, or the daemon, ended")}");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new CtlException($"ssh cannot be run: {exception.Message}; install openssh-client");
        }
    }

    /// <summary>For the other host's shell.</summary>
    private static string RemoteCommand(JsonObject selection)
    {
        string command = "shm-medium ctl capture live";
        foreach ((string key, var value) in selection)
            command += key == "controlFrames" ? " --control-frames" : $" --{key} {Quoted(value!.ToString())}";
        return command;
    }

    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
