using System.CommandLine;
using System.Text.Json.Nodes;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.ShmMedium.Cli;
using ShmWifi.ShmMedium.Cli.Diff;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Cli;

/// <summary><c>shm-medium diff</c> on files that the daemon's own writer wrote, whole, cut and hostile.</summary>
internal sealed class DiffCommandTests
{
    private const long StartNs = 1_767_225_600_000_000_000; // 2026-01-01T00:00:00Z
    private const int NonceAt = 26 + 8 + 4 + 13; // QoS header, LLC/SNAP, EAPOL header, what is before the nonce

    private static readonly byte[] s_radiotap = [0, 0, 8, 0, 0, 0, 0, 0];

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("shmwifi-diff-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void TheSameFramesAreTheSameWhicheverProgramWroteThem()
    {
        string a = Write("a", Three(), application: "one"), b = Write("b", Three(), application: "another, of a longer name");

        Assert.That(Diff(a, b), Is.EqualTo((0, "the same: 3 frames\n", "")));
    }

    [Test]
    public void ANonceIsToldWithItsOctetsAndWhereItComesFrom()
    {
        var other = Three();
        other[1].Octets[NonceAt + 2] ^= 1;
        other[1].Octets[NonceAt + 9] ^= 1;

        var (code, output, _) = Diff(Write("a", Three()), Write("b", other));

        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.Contain("       1  2026-01-01 00:00:00.000000001  sta/0  - > 02:00:00:00:02:00  Ack, 10 octets\n"));
        Assert.That(output, Does.Contain("EAPOL-Key 1 of 4").And.Contain(
            $"EAPOL-Key: Key Nonce, octets {NonceAt + 2}-{NonceAt + 9}: a random number of the sender's: were all guests given the same SEED?\n"));
        Assert.That(output, Does.Contain("of 3 pairs 0 have another time, 0 another radio or length, 1 other octets alone\n"));
    }

    [Test]
    public void ALaterFrameIsToldInMicroseconds()
    {
        var other = Three();
        other[2] = other[2] with { TimeNs = other[2].TimeNs + 9000 };

        var (code, output, _) = Diff(Write("a", Three()), Write("b", other));

        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.Contain("   time: 9 µs later in B\n").And.Contain("1 have another time"));
    }

    [Test]
    public void AFrameThatOneHasMoreIsToldAsSuch()
    {
        var more = Three();
        more.Insert(1, new Sent(StartNs + 2, Frames.Rts()));

        var (code, output, _) = Diff(Write("a", Three()), Write("b", more));

        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.Contain("B has one frame more here, and goes on as the other does").And.Contain("RTS"));
    }

    [Test]
    public void AFileThatEndsSoonerDiffers()
    {
        var (code, output, _) = Diff(Write("a", Three()), Write("b", Three()[..2]));

        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.Contain("B  has no more\n"));
    }

    [Test]
    public void JsonHasTheSame()
    {
        var other = Three();
        other[1].Octets[NonceAt] ^= 1;

        var (code, output, _) = Diff(Write("a", Three()), Write("b", other), "--json");

        var json = JsonNode.Parse(output)!;
        Assert.That(code, Is.EqualTo(1));
        Assert.That((bool)json["same"]!, Is.False);
        Assert.That((long)json["a"]!["frames"]!, Is.EqualTo(3));
        Assert.That((long)json["first"]!["a"]!["number"]!, Is.EqualTo(2));
        Assert.That((string?)json["first"]!["differences"]![0]!["octets"], Is.EqualTo($"{NonceAt}"));
        Assert.That((long)json["pairs"]!["otherOctets"]!, Is.EqualTo(1));
    }

    [Test]
    public void ACutFileIsAnErrorThatNamesItAndThePlace([Range(1, 60)] int cut)
    {
        string a = Write("a", Three()), b = Write("b", Three());
        using (var file = new FileStream(b, FileMode.Open))
            file.SetLength(file.Length - cut);

        var (code, output, error) = Diff(a, b);

        Assert.That(output, Is.Empty);
        Assert.That(error, Does.StartWith($"shm-medium diff: {b}: ends within a block: it was cut (at octet "));
        Assert.That(code, Is.EqualTo(2));
    }

    [Test]
    public void OtherFilesAreErrorsThatSayWhatTheyAre()
    {
        string a = Write("a", Three()), classic = Path.Combine(_folder, "classic");
        string text = Path.Combine(_folder, "text"), none = Path.Combine(_folder, "none");
        using (var stream = File.Create(classic))
            new PcapWriter(stream).Flush();
        File.WriteAllText(text, "frames, frames, frames");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Diff(a, classic).Error, Does.Contain("is classic pcap; make it pcapng: 'editcap -F pcapng IN OUT'"));
            Assert.That(Diff(text, a).Error, Does.StartWith($"shm-medium diff: {text}: is no pcapng"));
            Assert.That(Diff(a, none).Code, Is.EqualTo(2));
            Assert.That(Diff(a, none).Error, Does.Contain(none));
        }
    }

    [Test]
    public void WhateverAFileSaysIsReadWithinIt([Range(1, 400)] int seed)
    {
        byte[] file = File.ReadAllBytes(Write("a", Three()));
        var random = new Random(seed);
        for (int i = 0; i < 8; i++)
            file[random.Next(28, file.Length)] = (byte)random.Next(256);
        string b = Path.Combine(_folder, "b");
        File.WriteAllBytes(b, file);

        Assert.That(Diff(Path.Combine(_folder, "a"), b).Code, Is.InRange(0, 2));
    }

    [Test]
    public void AWrongCommandLineIsNoAnswerEither()
    {
        using var error = new StringWriter();
        Assert.That(UsageError.Tell(new MediumCommand().Parse(["diff", "only-one"]), error), Is.EqualTo(2));
    }

    [Test]
    public void FieldsCoverAFrameWithoutGaps([Values(0, 1, 9, 10, 11, 24, 30, 200)] int length, [Values(0, 8, 0x40, 0x48)] byte type)
    {
        byte[] octets = new byte[length];
        octets.AsSpan().Fill(0x11);
        if (length > 1)
            (octets[0], octets[1]) = ((byte)(type & 0xfc), 0);
        int at = 0;
        foreach (var field in FrameFields.Of(octets))
        {
            Assert.That(field.Offset, Is.EqualTo(at));
            at += field.Length;
        }
        Assert.That(at, Is.EqualTo(length));
    }

    private static List<Sent> Three() =>
    [
        new(StartNs + 1, Frames.Ack()),
        new(StartNs + 2, Frames.EapolKey(0x008a, nonce: true)),
        new(StartNs + 3_000, Frames.Beacon()),
    ];

    private string Write(string name, IReadOnlyList<Sent> frames, string application = "test")
    {
        string path = Path.Combine(_folder, name);
        using var stream = File.Create(path);
        var writer = new PcapngWriter(stream, application);
        int radio = writer.AddInterface("sta/0", Frames.Station);
        foreach (var (timeNs, octets) in frames)
            writer.WriteFrame(radio, timeNs, FrameDirection.Outbound, s_radiotap, octets);
        writer.Flush();
        return path;
    }

    private static (int Code, string Output, string Error) Diff(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = new MediumCommand().Parse(["diff", .. arguments]).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }

    private sealed record Sent(long TimeNs, byte[] Octets);
}
