using System.Diagnostics;
using ShmWifi.Hwsim.Radios;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class NetworkNamespacesTests
{
    [Test]
    public void EachOtherNamespaceIsVisitedOnceAndTheThreadComesBack()
    {
        Assume.That(Environment.IsPrivilegedProcess, "entering namespaces takes root");
        using var first = InNewNamespace();
        using var second = InNewNamespace();
        var visited = new List<string?>();
        var warnings = new List<string>();
        string? own = Current;
        using (var namespaces = new NetworkNamespaces(warnings.Add))
            namespaces.Visit(_ => visited.Add(Current));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(warnings, Is.Empty);
            Assert.That(visited, Does.Contain(Of(first.Id)).And.Contain(Of(second.Id)).And.Not.Contain(own));
            Assert.That(visited, Is.Unique);
            Assert.That(Current, Is.EqualTo(own));
        }
        first.Kill();
        second.Kill();
    }

    [Test]
    public void NothingKeepsAVisitedNamespaceAlive()
    {
        Assume.That(Environment.IsPrivilegedProcess, "entering namespaces takes root");
        using var namespaces = new NetworkNamespaces(static _ => { });
        string? gone;
        using (var process = InNewNamespace())
        {
            gone = Of(process.Id);
            namespaces.Visit(static visited => visited.ReceiveEvents());
            process.Kill();
            process.WaitForExit();
        }
        var open = Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(static path => new FileInfo(path).LinkTarget);
        Assert.That(open, Has.None.EqualTo(gone));
    }

    private static string? Current => new FileInfo("/proc/thread-self/ns/net").LinkTarget;

    private static string? Of(int process) => new FileInfo($"/proc/{process}/ns/net").LinkTarget;

    /// <summary>A process in a network namespace of its own.</summary>
    private static Process InNewNamespace()
    {
        var process = Process.Start("unshare", ["--net", "sleep", "60"]);
        Assert.That(SpinWait.SpinUntil(() => Of(process.Id) is { } other && other != Current, Deadline.Limit), Is.True, "unshare makes a namespace");
        return process;
    }
}
