using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using ShmWifi.Lab;
using ShmWifi.Linux;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>A client of the control API that changes one link again and again, on a thread of its own, without allocating.</summary>
internal sealed class LinkChanger : IDisposable
{
    /// <summary>RFC 9112, 7.1: the API's answers are chunked, and a chunk may come by itself.</summary>
    private static readonly byte[] EndOfAnswer = "\r\n0\r\n\r\n"u8.ToArray();
    private readonly byte[][] _requests;
    private readonly long _intervalNs;
    private readonly Socket _socket;
    private readonly Thread _thread;
    private volatile bool _isOn;
    private volatile bool _isStopping;
    private volatile string? _refusal;
    private long _changes;

    /// <summary>Connects; changes nothing yet.</summary>
    /// <param name="path">The link, such as /v1/links/a/b.</param>
    public LinkChanger(string socket, string path, double[] snrsDb, int aSecond)
    {
        _requests = [.. snrsDb.Select(snr =>
        {
            string body = $"{{\"snrDb\": {snr}}}";
            return Encoding.ASCII.GetBytes(
                $"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        })];
        _intervalNs = 1_000_000_000 / aSecond;
        _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _socket.Connect(new UnixDomainSocketEndPoint(socket));
        _thread = new Thread(Run) { Name = "link-changer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Changes so far.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>Changes the link for a while.</summary>
    /// <param name="action">What is done meanwhile.</param>
    /// <exception cref="LabException">The daemon refused one.</exception>
    public double During(Action action)
    {
        long before = Changes;
        long start = Stopwatch.GetTimestamp();
        _isOn = true;
        try
        {
            action();
        }
        finally
        {
            _isOn = false;
        }
        double rate = (Changes - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        return _refusal is null ? rate : throw new LabException($"the control API refuses a change: {_refusal}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isStopping = true;
        _thread.Join();
        _socket.Dispose();
    }

    private void Run()
    {
        byte[] answer = new byte[4096];
        long nextNs = 0;
        while (!_isStopping && _refusal is null)
        {
            long now = MonotonicClock.NowNs;
            if (!_isOn || now < nextNs)
            {
                Thread.Sleep(1); // when that was too long, two changes follow each other
                nextNs = _isOn ? nextNs : now;
                continue;
            }
            nextNs += _intervalNs;
            _socket.Send(_requests[_changes % _requests.Length]);
            int length = 0;
            int received = 1;
            while (received > 0 && !answer.AsSpan(0, length).EndsWith(EndOfAnswer))
                length += received = _socket.Receive(answer.AsSpan(length));
            if (received == 0)
                _refusal = "the connection ended";
            else if (answer.AsSpan(0, length).StartsWith("HTTP/1.1 2"u8))
                Volatile.Write(ref _changes, _changes + 1);
            else
                _refusal = Encoding.ASCII.GetString(answer, 0, length);
        }
    }
}
