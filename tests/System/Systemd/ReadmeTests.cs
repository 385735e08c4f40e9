using ShmWifi.Lab;

namespace ShmWifi.Tests.System.Systemd;

/// <summary>The README's commands from packages to a station that is associated, as they stand there, on a Debian that has nothing else.</summary>
[Explicit("needs root and Debian's archive, builds the packages, and makes images of 4 GB")]
[Category("Nightly")]
[NonParallelizable]
public sealed class ReadmeTests
{
    private const string Heading = "## From packages";

    [Test]
    public void PackagesLeadToAnAssociatedStation()
    {
        string[][] blocks = ReadBlocks();
        Assert.That(blocks, Has.Length.EqualTo(3), "the host's commands, the access point's, the station's");
        Assert.That(blocks.Sum(block => block.Length), Is.LessThanOrEqualTo(10));
        string folder = Directory.CreateTempSubdirectory("shmwifi-readme-").FullName;
        try
        {
            foreach (string package in Directory.GetFiles(BuiltPackages.Folder, "*.deb"))
                File.Copy(package, Path.Combine(folder, Path.GetFileName(package)));
            using var debian = SystemdContainer.BootWithNetwork("trixie", folder);
            debian.Run("echo 'APT::Get::Assume-Yes \"true\";' >/etc/apt/apt.conf.d/yes && apt-get update"); // nobody is there to say yes
            foreach (string command in blocks[0])
                debian.Run($"cd /lab && {command}");

            using var ap = Play(debian, blocks[1]);
            using var sta = Play(debian, blocks[2][..^1]);
            string link = "";
            Assert.That(
                () => link = sta.Run(blocks[2][^1]), Does.Contain("Connected to 02:53:57:00:").After(60_000, 1000), () => $"{link}\n{ap.Output}");
            TestContext.Out.WriteLine(link);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Starts a VM by the first command, and types the others.</summary>
    private static SerialConsole Play(SystemdContainer debian, string[] commands)
    {
        var console = new SerialConsole(debian.Start($"cd /lab && {commands[0]}"));
        try
        {
            console.WaitForPrompt();
            foreach (string command in commands[1..])
                console.Run(command);
            return console;
        }
        catch
        {
            console.Dispose();
            throw;
        }
    }

    /// <summary>The indented blocks of its section, a line a command.</summary>
    private static string[][] ReadBlocks()
    {
        const string Indent = "    ";
        List<string[]> blocks = [];
        List<string> block = [];
        var section = File.ReadLines(Path.Combine(Checkout.Root, "README.md"))
            .SkipWhile(line => !line.StartsWith(Heading, StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal));
        foreach (string line in section.Append(""))
        {
            if (line.StartsWith(Indent, StringComparison.Ordinal))
                block.Add(line[Indent.Length..]);
            else if (block.Count > 0)
            {
                blocks.Add([.. block]);
                block.Clear();
            }
        }
        return [.. blocks];
    }
}
