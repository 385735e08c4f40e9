using System.Collections.Concurrent;

namespace ShmWifi.Lab.Guest;

/// <summary>Runs commands in one guest, as many at a time as the guest has exec ports.</summary>
/// <param name="name">The VM's name, for messages.</param>
/// <param name="folder">Where the sockets of its ports are.</param>
/// <param name="serialLog">Its console's log, quoted when a command gets no answer.</param>
/// <param name="isTimeVirtual">Whether the guest's seconds are not this machine's: then only the guest ends a command that takes too long.</param>
internal sealed class GuestExecutor(string name, string folder, string serialLog, bool isTimeVirtual = false) : IDisposable
{
    /// <summary>Ports that a guest has, org.shmwifi.exec.0 and on.</summary>
    public const int Ports = 4;

    private static readonly TimeSpan AnswerMargin = TimeSpan.FromSeconds(10);

    private readonly ConcurrentBag<GuestChannel> _idle = [];

    /// <summary>The socket of a port.</summary>
    /// <param name="port">0 .. <see cref="Ports"/> - 1.</param>
    public static string Socket(string folder, int port) => Path.Combine(folder, $"exec.{port}");

    /// <summary>Runs a shell script; whatever its exit code, its result is returned.</summary>
    /// <param name="script">For the guest's /bin/sh.</param>
    /// <param name="timeout">After this the guest ends it.</param>
    /// <param name="onLine">Called for each line of output as it comes; may be null.</param>
    /// <exception cref="LabException">The guest does not answer.</exception>
    public async Task<GuestResult> TryRunAsync(
        string script, TimeSpan timeout, Action<string>? onLine = null, CancellationToken cancellation = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (!isTimeVirtual)
            limit.CancelAfter(timeout + AnswerMargin);
        GuestChannel? channel = null;
        try
        {
            channel = await TakeAsync(limit.Token);
            var result = await channel.RunAsync(script, timeout, onLine, limit.Token);
            _idle.Add(channel);
            channel = null;
            return result;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new LabException(
                $"{name}: no answer from the guest after {(timeout + AnswerMargin).TotalSeconds:0} s\n{Processes.LogTail.Of(serialLog)}");
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            throw new LabException($"{name}: the guest is gone: {exception.Message}\n{Processes.LogTail.Of(serialLog)}");
        }
        finally
        {
            channel?.Dispose();
        }
    }

    /// <summary>Runs a shell script that must succeed.</summary>
    /// <param name="script">For the guest's /bin/sh.</param>
    /// <param name="timeout">After this the guest ends it.</param>
    /// <exception cref="LabException">It failed or took too long: the step, the exit code and the last lines of output.</exception>
    public async Task<string> RunAsync(string step, string script, TimeSpan timeout, CancellationToken cancellation = default)
    {
        var (exitCode, output) = await TryRunAsync(script, timeout, null, cancellation);
        if (exitCode == 0)
            return output;
        string reason = exitCode == 124 ? $"took longer than {timeout.TotalSeconds:0} s" : $"failed with exit code {exitCode}";
        var lines = output.TrimEnd().Split('\n').TakeLast(15).Select(line => "    " + line);
        throw new LabException($"{name}: {step} {reason}; its last output:\n{string.Join('\n', lines)}");
    }

    /// <summary>Closes the channels, so that other processes may use the ports.</summary>
    public void Dispose()
    {
        while (_idle.TryTake(out var channel))
            channel.Dispose();
    }

    private async Task<GuestChannel> TakeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (_idle.TryTake(out var channel))
                return channel;
            for (int port = 0; port < Ports; port++)
            {
                if (GuestChannel.TryOpen(Socket(folder, port)) is { } opened)
                    return opened;
            }

            await Task.Delay(50, cancellation);
        }
    }
}
