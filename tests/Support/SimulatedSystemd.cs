using System.Globalization;
using ShmWifi.Lab;
using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Support;

/// <summary>What systemd is to a service with a store: hears what it is told, and starts it with what it has kept for it.</summary>
/// <remarks>Sources: sd_notify(3), sd_listen_fds(3).</remarks>
internal sealed unsafe class SimulatedSystemd : IDisposable
{
    // Descriptors that a process is to have from 3 on come by numbers that are none of these.
    private const int FirstPassed = 1000;
    private const int FirstListening = 3;
    private const string Starter = """
        count=$1 names=$2 first=$3; shift 3
        for ((i = 0; i < count; i++)); do eval "exec $((3 + i))<&$((first + i)) $((first + i))<&-"; done
        export LISTEN_FDS=$count LISTEN_FDNAMES=$names LISTEN_PID=$$
        exec "$@"
        """;

    private readonly string _name = $"shmwifi-systemd-{Guid.NewGuid():N}";
    private readonly FileDescriptor _socket = FileDescriptor.Of(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
    private readonly List<(string Name, FileDescriptor Descriptor)> _kept = [];
    private readonly List<string> _told = [];
    private readonly Thread _reader;
    private volatile bool _hasEnded;

    /// <summary>Of no service yet.</summary>
    public SimulatedSystemd()
    {
        LibCException.ThrowIfFailed(UnixAddress.ToAbstract(_socket.Descriptor, _name, isServer: true), "bind the notify socket");
        _reader = new Thread(Read) { IsBackground = true, Name = "simulated-systemd" };
        _reader.Start();
    }

    /// <summary>Its NOTIFY_SOCKET.</summary>
    public string Address => '@' + _name;

    /// <summary>Names of what it keeps.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_kept)
                return [.. _kept.Select(kept => kept.Name).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>What it was told, without what came with a descriptor or dropped one.</summary>
    public IReadOnlyList<string> Told
    {
        get
        {
            lock (_kept)
                return [.. _told];
        }
    }

    /// <summary>Starts a service with what was kept for it; NOTIFY_SOCKET is the caller's to set.</summary>
    /// <exception cref="LabException">It cannot be started.</exception>
    public ProgramProcess Start(string program, params IEnumerable<string> arguments)
    {
        lock (_kept)
        {
            List<FileDescriptor> passed = [];
            try
            {
                for (int i = 0; i < _kept.Count; i++)
                    passed.Add(Duplicate(_kept[i].Descriptor, FirstPassed + i));
                string names = string.Join(':', _kept.Select(kept => kept.Name));
                string count = _kept.Count.ToString(CultureInfo.InvariantCulture);
                string first = FirstPassed.ToString(CultureInfo.InvariantCulture);
                return new ProgramProcess(["bash", "-c", Starter, "bash", count, names, first], program, arguments);
            }
            finally
            {
                passed.ForEach(descriptor => descriptor.Dispose());
            }
        }
    }

    /// <summary>The service is stopped: nothing is kept for it any more.</summary>
    public void Discard()
    {
        lock (_kept)
        {
            _kept.ForEach(kept => kept.Descriptor.Dispose());
            _kept.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hasEnded = true;
        _reader.Join();
        Discard();
        _socket.Dispose();
    }

    private static FileDescriptor Duplicate(FileDescriptor descriptor, int number)
    {
        var duplicate = FileDescriptor.Of(fcntl(descriptor.Descriptor, F_DUPFD, number), "duplicate a descriptor"); // inherited
        return duplicate.Descriptor == number ? duplicate : throw new LabException($"descriptor {number} is in use");
    }

    private void Read()
    {
        byte[] buffer = new byte[4096];
        while (!_hasEnded)
        {
            if (!Poll.WaitFor(_socket.Descriptor, POLLIN, TimeSpan.FromMilliseconds(50)))
                continue;
            long length = UnixMessage.Receive(_socket.Descriptor, buffer, 0, out var descriptor, out _);
            if (length > 0)
                Hear(global::System.Text.Encoding.UTF8.GetString(buffer, 0, (int)length), descriptor);
        }
    }

    private void Hear(string message, FileDescriptor? descriptor)
    {
        string[] lines = message.Split('\n');
        string name = lines.FirstOrDefault(line => line.StartsWith("FDNAME=", StringComparison.Ordinal))?["FDNAME=".Length..] ?? "stored";
        lock (_kept)
        {
            if (lines.Contains("FDSTORE=1") && descriptor is not null)
                _kept.Add((name, descriptor));
            else
                descriptor?.Dispose(); // BARRIER=1: all before it is read
            if (lines.Contains("FDSTOREREMOVE=1"))
                Drop(name);
            else if (!lines.Contains("FDSTORE=1"))
                _told.Add(message);
        }
    }

    private void Drop(string name)
    {
        foreach (var (_, descriptor) in _kept.Where(kept => kept.Name == name))
            descriptor.Dispose();
        _ = _kept.RemoveAll(kept => kept.Name == name);
    }
}
