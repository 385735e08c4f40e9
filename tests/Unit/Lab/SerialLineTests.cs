using System.Net.Sockets;
using System.Text;
using ShmWifi.Lab.Uml;
using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Unit.Lab;

/// <summary>A guest's serial port, with the test in the place of User-Mode-Linux.</summary>
public sealed class SerialLineTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shmwifi-serial").FullName;

    private string SocketPath => Path.Combine(_folder, "line");

    private string LogFile => Path.Combine(_folder, "log");

    [OneTimeTearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void WhatAClientSendsWaitsUntilTheGuestSpeaks()
    {
        using var line = new SerialLine(SocketPath);
        using var client = Connect();
        client.Send("early\n"u8);
        using var guest = Open(line);
        Assert.That(Poll.WaitFor(guest.Descriptor, POLLIN, TimeSpan.FromMilliseconds(200)), Is.False, "nothing comes before the guest speaks");
        Write(guest, "ready\n");
        Assert.That(Read(client, 6), Is.EqualTo("ready\n"));
        Assert.That(Read(guest, 6), Is.EqualTo("early\n"));
    }

    [Test]
    public void NoByteIsLostOrChangedEitherWay()
    {
        using var line = new SerialLine(SocketPath);
        using var client = Connect();
        using var guest = Open(line);
        Write(guest, "r");
        Assert.That(Read(client, 1), Is.EqualTo("r"));
        string all = string.Concat(Enumerable.Range(0, 40_000).Select(i => (char)(i % 128))); // more than a terminal holds; control characters, too
        var sending = Task.Run(() => client.Send(Encoding.ASCII.GetBytes(all)));
        Assert.That(Read(guest, all.Length), Is.EqualTo(all));
        sending.Wait();
        var writing = Task.Run(() => Write(guest, all));
        Assert.That(Read(client, all.Length), Is.EqualTo(all));
        writing.Wait();
    }

    [Test]
    public void TheNextClientIsServedAndTheLogHasWhatCameBetween()
    {
        using (var line = new SerialLine(SocketPath, LogFile))
        {
            using var guest = Open(line);
            using (var first = Connect())
            {
                Write(guest, "one");
                Assert.That(Read(first, 3), Is.EqualTo("one"));
            }
            using var second = Connect();
            second.Send("?"u8);
            Assert.That(Read(guest, 1), Is.EqualTo("?"), "so the first one is gone");
            Write(guest, "two");
            Assert.That(Read(second, 3), Is.EqualTo("two"));
        }
        Assert.That(File.ReadAllText(LogFile), Is.EqualTo("onetwo"));
    }

    [Test]
    public void AClientThatReadsNothingDoesNotKeepItFromEnding()
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var line = new SerialLine(SocketPath);
        client.Connect(new UnixDomainSocketEndPoint(SocketPath));
        using var guest = Open(line);
        var writing = Task.Run(() =>
        {
            for (int i = 0; i < 1000; i++)
                Write(guest, new string('x', 4096));
        });
        Assert.That(writing.Wait(TimeSpan.FromMilliseconds(300)), Is.False, "the client's socket is full");
        line.Dispose();
        Assert.That(() => writing.Wait(), Throws.Exception, "the terminal is closed");
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = Support.Deadline.LimitMs };
        socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
        return socket;
    }

    private static FileDescriptor Open(SerialLine line) => FileDescriptor.Open(line.Terminal, O_RDWR | O_NOCTTY) ?? throw new LibCException("open");

    private static unsafe void Write(FileDescriptor guest, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        for (int written = 0; written < bytes.Length;)
        {
            fixed (byte* first = bytes.AsSpan(written))
                written += (int)LibCException.ThrowIfFailed((int)write(guest.Descriptor, first, bytes.Length - written), "write");
        }
    }

    private static unsafe string Read(FileDescriptor guest, int length)
    {
        byte[] bytes = new byte[length];
        for (int have = 0; have < length;)
        {
            if (!Poll.WaitFor(guest.Descriptor, POLLIN, TimeSpan.FromMilliseconds(Support.Deadline.LimitMs)))
                throw new TimeoutException($"{have} of {length} bytes came");
            fixed (byte* first = bytes.AsSpan(have))
                have += LibCException.ThrowIfFailed((int)read(guest.Descriptor, first, length - have), "read");
        }
        return Encoding.ASCII.GetString(bytes);
    }

    private static string Read(Socket client, int length)
    {
        byte[] bytes = new byte[length];
        for (int have = 0; have < length;)
            have += client.Receive(bytes, have, length - have, SocketFlags.None) is > 0 and var count ? count : throw new EndOfStreamException();
        return Encoding.ASCII.GetString(bytes);
    }
}
