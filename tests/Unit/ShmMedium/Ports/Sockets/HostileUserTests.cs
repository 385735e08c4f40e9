using System.Diagnostics;
using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports.Sockets;

/// <summary>A real shm-medium, and processes of other users that open its sockets.</summary>
public sealed class HostileUserTests
{
    // Numbers that no account needs to have.
    private const uint Ap = 64101, Sta = 64102, NetLab = 64103, Monitoring = 64104, Nobody = 64105;

    private static readonly string Yaml = $$"""
        vms:
          - {name: ap, socket: ap.sock, user: {{Ap}}}
          - {name: sta, socket: sta.sock, group: {{Sta}}}
        control: {socket: control.sock, group: {{NetLab}}, readers: {{Monitoring}}}

        """;

    [SetUp]
    public void OnlyRootBecomesOthers() => Assume.That(Environment.IsPrivilegedProcess, "becoming other users takes root");

    [Test]
    public void SocketsAreGivenToTheirUsersAndGroups()
    {
        using var medium = Start();
        Assert.That(Stat(medium.PathOf("ap.sock")), Is.EqualTo($"{Ap} 0 600"));
        Assert.That(Stat(medium.PathOf("sta.sock")), Is.EqualTo($"0 {Sta} 660"));
        Assert.That(Stat(medium.PathOf("control.sock")), Is.EqualTo($"0 {NetLab} 666"), "who may do what, the daemon asks");
    }

    [TestCase(Ap, Ap, "ap", true)]
    [TestCase(Sta, Sta, "sta", true)]
    [TestCase(Nobody, Sta, "sta", true)]
    [TestCase(Ap, Ap, "sta", false)]
    [TestCase(Sta, Sta, "ap", false)]
    public void AVmsSocketOpensForItsOwnAlone(uint user, uint group, string vm, bool opens)
    {
        using var medium = Start();
        int code = Curl(medium.PathOf($"{vm}.sock"), user, group, "--max-time", "1").Code;
        Assert.That(code, opens ? Is.Not.EqualTo(CannotConnect) : Is.EqualTo(CannotConnect));
    }

    [Test]
    public void WhoeverConnectsAllTheSameIsAsked()
    {
        using var medium = Start();
        foreach (string vm in (string[])["ap", "sta"]) // as if a folder, a mode, or a descriptor that was handed over had let them in
            File.SetUnixFileMode(medium.PathOf($"{vm}.sock"), (UnixFileMode)0x1b6);
        _ = Curl(medium.PathOf("ap.sock"), Sta, Sta, "--max-time", "1");
        Deadline.Until(() => medium.Error.Contains($"ap.sock is not for user {Sta}"), "the refusal");
        _ = Curl(medium.PathOf("sta.sock"), Ap, Ap, "--max-time", "1");
        Deadline.Until(() => medium.Error.Contains($"sta.sock is not for user {Ap}"), "the refusal");
        _ = Curl(medium.PathOf("sta.sock"), Nobody, Sta, "--max-time", "1");
        Deadline.Until(() => medium.Error.Contains("sta: attached"), "its own");
    }

    [TestCase(NetLab, "200", "204")]
    [TestCase(Monitoring, "200", "403")]
    [TestCase(Sta, "403", "403")]
    public void TheControlApiIsChangedByItsGroupAndReadByItsReaders(uint group, string reading, string changing)
    {
        using var medium = Start();
        string[] ask = ["-s", "-o", "/dev/null", "-w", "%{http_code}"];
        Assert.That(Curl(medium.ControlSocket, Nobody, group, [.. ask, "http://localhost/v1/timing"]).Output, Is.EqualTo(reading));
        string[] change = [.. ask, "-X", "PUT", "-d", "instant", "http://localhost/v1/timing"];
        Assert.That(Curl(medium.ControlSocket, Nobody, group, change).Output, Is.EqualTo(changing));
    }

    [Test]
    public void ASupplementaryGroupCounts()
    {
        Assert.That(new SocketAccess(Gid: NetLab).Admits(new PeerCredentials(1, Nobody, [Nobody, NetLab])), Is.True);
        Assert.That(new SocketAccess(Gid: NetLab).Admits(new PeerCredentials(1, Nobody, [Nobody])), Is.False);
        Assert.That(new SocketAccess(Uid: Ap).Admits(new PeerCredentials(1, 0, [0])), Is.True, "root");
        Assert.That(new SocketAccess().Admits(new PeerCredentials(1, Nobody, [Nobody])), Is.True, "the file's mode decides");
    }

    private const int CannotConnect = 7;

    private static MediumProcess Start()
    {
        var medium = MediumProcess.StartConfigured(Yaml);
        File.SetUnixFileMode(medium.Folder, (UnixFileMode)0x1ed); // 0755: others may look for the sockets
        return medium;
    }

    private static string Stat(string path) => Run("stat", "-c", "%u %g %a", path).Output.Trim();

    /// <summary>Connects to a socket as another user.</summary>
    private static (int Code, string Output) Curl(string socket, uint user, uint group, params string[] arguments) => Run(
        "setpriv", ["--reuid", $"{user}", "--regid", $"{group}", "--clear-groups", "curl", "--unix-socket", socket,
            .. arguments.Any(a => a.StartsWith("http", StringComparison.Ordinal)) ? arguments : [.. arguments, "-s", "http://localhost/"]]);

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
