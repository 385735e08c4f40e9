using System.Security.Cryptography;
using System.Text.Json;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Topologies;
using static Tmds.Linux.LibC;

namespace ShmWifi.Lab.Medium;

/// <summary>The NATS server of a lab with hosts: Debian's nats-server on this machine's loopback, for who knows the lab's password.</summary>
internal sealed class NatsServer : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly Spawner _spawner;
    private readonly string _folder;
    private ChildProcess? _process;
    private Uri? _url; // its port is the server's choice at the first start, and stays

    private NatsServer(Spawner spawner, string folder) => (_spawner, _folder) = (spawner, folder);

    /// <summary>For daemons.</summary>
    public TrunkAccess Trunk => new(_url!.OriginalString, Credentials);

    private string Credentials => Path.Combine(_folder, "nats.credentials");

    private string Configuration => Path.Combine(_folder, "nats.conf");

    private string Log => Path.Combine(_folder, "nats.log");

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="folder">Of its files.</param>
    /// <exception cref="LabException">It ended, or does not listen within 20 s.</exception>
    public static async Task<NatsServer> StartAsync(Spawner spawner, string folder, CancellationToken cancellation)
    {
        var server = new NatsServer(spawner, folder);
        string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        Write(server.Credentials, $"lab:{password}\n");
        Write(server.Configuration, $$"""
            listen: "127.0.0.1:-1"
            ports_file_dir: "{{folder}}"
            authorization { user: lab, password: "{{password}}" }
            jetstream { store_dir: "{{Path.Combine(folder, "jetstream")}}" }
            # A slow host's frames must not lie in the server: docs/trunk.md.
            write_deadline: "1s"
            max_pending: 4194304

            """);
        try
        {
            await server.StartAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again, at the same address.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        _process = _spawner.Start("nats", Log,
            [Checkout.NatsServer, "-c", Configuration, .. _url is { } known ? (string[])["-a", known.Host, "-p", $"{known.Port}"] : []]);
        string ports = Path.Combine(_folder, $"nats-server_{_process.Id}.ports");
        await _process.WaitReadyAsync("nats-server", () => TryReadPorts(ports), ReadyLimit, cancellation);
    }

    /// <summary>Kills it; what it held is gone, but for the changes of the medium.</summary>
    public async Task KillAsync()
    {
        _process!.Signal(SIGKILL);
        await _process.WaitAsync(StopLimit);
        _process.Dispose();
        _process = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not { } process)
            return;
        await process.StopAsync(StopLimit);
        process.Dispose();
    }

    /// <summary>Reads the file that it writes when it listens.</summary>
    private bool TryReadPorts(string file)
    {
        try
        {
            using var ports = JsonDocument.Parse(File.ReadAllText(file));
            _url = new Uri(ports.RootElement.GetProperty("nats")[0].GetString()!);
            return true;
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return false; // not there, or half written
        }
    }

    /// <summary>Writes a file that only its owner may read.</summary>
    private static void Write(string file, string text)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var writer = new StreamWriter(file, options);
        writer.Write(text);
    }
}
