using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ShmWifi.Lab;

namespace ShmWifi.Tests.Support;

/// <summary>Debian's nats-server on a port of this machine.</summary>
internal sealed class NatsServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shmwifi-nats").FullName;
    private readonly string _file;
    private readonly bool _hasTls;
    private Process? _process;

    /// <summary>Starts it.</summary>
    /// <param name="configuration">More of its configuration file.</param>
    public NatsServer(string configuration = "", bool hasTls = false, bool hasJetStream = true)
    {
        Port = Loopback.FreePort();
        _hasTls = hasTls;
        _file = Path.Combine(_folder, "nats.conf");
        string jetStream = hasJetStream ? $"jetstream {{ store_dir: \"{PathOf("jetstream")}\" }}" : "";
        File.WriteAllText(_file, $"listen: 127.0.0.1:{Port}\n{jetStream}\n{configuration}\n{(hasTls ? MakeCertificate() : "")}\n");
        Start();
    }

    /// <summary>TCP.</summary>
    public int Port { get; }

    /// <summary>For daemons.</summary>
    public string Url => $"{(_hasTls ? "tls" : "nats")}://127.0.0.1:{Port}";

    /// <summary>Its certificate, PEM, which it signed itself.</summary>
    public string Certificate => PathOf("server.pem");

    /// <summary>A file in its folder.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Starts it again.</summary>
    public void Start()
    {
        _process = Process.Start(new ProcessStartInfo(Checkout.NatsServer, ["-c", _file, "-l", PathOf("nats.log")]) { UseShellExecute = false })!;
        Deadline.Until(Answers, "nats-server listens");
    }

    /// <summary>What it kept is gone; while it does not run.</summary>
    public void ForgetAll() => Directory.Delete(PathOf("jetstream"), recursive: true);

    /// <summary>Kills it.</summary>
    public void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
    }

    /// <returns>What its configuration says of it.</returns>
    private string MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=nats", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(PathOf("server.key"), key.ExportPkcs8PrivateKeyPem());
        return $"tls {{ cert_file: \"{Certificate}\", key_file: \"{PathOf("server.key")}\" }}";
    }

    private bool Answers()
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
