using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ShmWifi.Tests.System.QemuDevice;

/// <summary>QEMU's qtest protocol: a line a request, a line an answer. Plays the part of the CPU.</summary>
/// <remarks>Source: qemu softmmu/qtest.c, "qtest protocol".</remarks>
public sealed class QtestClient : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _reader;

    /// <summary>Speaks over a connected socket.</summary>
    public QtestClient(Socket socket)
    {
        _socket = socket;
        _socket.ReceiveTimeout = 30_000;
        _reader = new StreamReader(new NetworkStream(socket), Encoding.ASCII);
    }

    public void OutL(ushort port, uint value) => Request($"outl 0x{port:x} 0x{value:x}");

    public uint InL(ushort port) => (uint)Number(Request($"inl 0x{port:x}"));

    public void WriteL(ulong address, uint value) => Request($"writel 0x{address:x} 0x{value:x}");

    public uint ReadL(ulong address) => (uint)Number(Request($"readl 0x{address:x}"));

    public ulong ReadQ(ulong address) => Number(Request($"readq 0x{address:x}"));

    public void Write(ulong address, ReadOnlySpan<byte> bytes) => Request($"write 0x{address:x} 0x{bytes.Length:x} 0x{Convert.ToHexString(bytes)}");

    public byte[] Read(ulong address, int length) => Convert.FromHexString(Request($"read 0x{address:x} 0x{length:x}").AsSpan(2));

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
    }

    private string Request(string request)
    {
        _socket.Send(Encoding.ASCII.GetBytes(request + "\n"));
        string? answer = _reader.ReadLine();
        return answer is not null && answer.StartsWith("OK", StringComparison.Ordinal)
            ? answer[2..].Trim()
            : throw new IOException($"QEMU answered \"{answer}\" to \"{request}\"");
    }

    private static ulong Number(string text) => ulong.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
