using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ShmWifi.Lab;
using ShmWifi.Lab.Processes;

namespace ShmWifi.Tests.System.Systemd;

/// <summary>What is in the files that <c>./shmwifi package</c> makes.</summary>
[Explicit("builds the packages, as root where it has to install what they are built with")]
[Category("Nightly")]
[NonParallelizable]
public sealed partial class PackageContentTests
{
    private string _folder = null!;

    private string Documentation => Path.Combine(_folder, "usr/share/doc/shmwifi");

    [OneTimeSetUp]
    public void Unpack()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-packages-").FullName;
        string package = Path.Combine(BuiltPackages.Folder, $"shmwifi_{BuiltPackages.Version}_{BuiltPackages.Architecture}.deb");
        HostCommand.Run("dpkg-deb", "-x", package, _folder);
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void TheSbomHasThePagesPackages()
    {
        var dependencies = JsonNode.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "host/WebPage/package.json")))!["dependencies"]!.AsObject();

        Assert.That(Components("shm-medium").Select(component => (string?)component["purl"]),
            Is.SupersetOf(dependencies.Select(one => $"pkg:npm/{one.Key}@{one.Value}")));
    }

    /// <summary>Their licences want it. What is Microsoft's or .NET's stands there as the .NET runtime and ASP.NET Core.</summary>
    [Test]
    public void TheCopyrightNamesWhatTheSbomsHave()
    {
        string copyright = File.ReadAllText(Path.Combine(Documentation, "copyright"));
        string[] names = [.. new[] { "shm-medium", "ivshmem-args", "shm-injector" }.SelectMany(Components)
            .Select(component => (string)component["name"]!).Where(name => !DotnetsOwn().IsMatch(name)).Distinct()];

        Assert.That(names, Is.Not.Empty);
        foreach (string name in names)
            Assert.That(copyright, Does.Match($@"(?i)(?<![\w.]){Regex.Escape(name)}(?!\w|\.\w)"));
    }

    /// <summary>Of files that the documentation, the configuration or a unit name by their paths.</summary>
    [Test]
    public void WhatIsNamedIsThere()
    {
        string[] named = [.. Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".md" or ".yaml" or ".conf" or ".service" or ".json")
            .SelectMany(file => PathOfOurs().Matches(File.ReadAllText(file))).Select(match => match.Value.TrimEnd('.')).Distinct()];

        Assert.That(named, Has.Some.EndsWith("configuration.md"));
        foreach (string path in named)
            Assert.That(Path.Exists(_folder + path), Is.True, path);
    }

    /// <summary>Another checkout of the last commit, with a cache of its own, gives the same files.</summary>
    [Test]
    public void TheSameCommitGivesTheSamePackages()
    {
        string folder = Path.Combine(_folder, "again");
        HostCommand.Run("bash", "-euc", """
            git clone --quiet --no-hardlinks "$1" "$2/checkout"
            SHMWIFI_CACHE=$2/cache "$2/checkout/shmwifi" package --output "$2/packages" >&2
            """, "bash", Checkout.Root, folder);

        Assert.That(File.ReadAllLines(Path.Combine(folder, "packages/SHA256SUMS")),
            Is.EqualTo(File.ReadAllLines(Path.Combine(BuiltPackages.Folder, "SHA256SUMS"))), "if all changes are committed");
    }

    private static IEnumerable<JsonNode> Components(string program) => JsonNode.Parse(
        File.ReadAllText(Path.Combine(BuiltPackages.Folder, $"shmwifi-{BuiltPackages.Version}-{program}.cdx.json")))!["components"]!.AsArray()!;

    [GeneratedRegex(@"^(runtime\.|Microsoft\.(?!OpenApi$)|System\.(?!CommandLine$))")]
    private static partial Regex DotnetsOwn();

    [GeneratedRegex(@"/usr/(share/doc/shmwifi|bin/(shm-medium|ivshmem-args))\b[\w./-]*", RegexOptions.ExplicitCapture)]
    private static partial Regex PathOfOurs();
}
