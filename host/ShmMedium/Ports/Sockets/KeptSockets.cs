using System.Globalization;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.ShmMedium.Ports.Sockets;

/// <summary>Listening sockets with their locks in a store: clients can connect while there is no engine.</summary>
/// <remarks>Names are <c>socket-N</c> and <c>lock-N</c>; which path a socket is for, it says itself.</remarks>
internal sealed class KeptSockets : IDisposable
{
    private const string SocketPrefix = "socket-", LockPrefix = "lock-";
    private readonly IDescriptorStore _store;
    private readonly Dictionary<string, (string Number, ListeningSocket Socket)> _left = new(StringComparer.Ordinal);
    private readonly HashSet<string> _numbers = [];
    private readonly List<ListeningSocket> _open = [];

    /// <summary>Takes those over that the engine before has left.</summary>
    public KeptSockets(IDescriptorStore store)
    {
        _store = store;
        foreach (string name in store.Names.Where(name => name.StartsWith(SocketPrefix, StringComparison.Ordinal)).ToList())
        {
            string number = name[SocketPrefix.Length..];
            var socket = store.Take(name)!;
            var lockFile = store.Take(LockPrefix + number);
            if (lockFile is not null && UnixAddress.PathOf(socket.Descriptor) is { } path)
            {
                _left[path] = (number, ListeningSocket.TakeOver(path, socket, lockFile));
                _numbers.Add(number);
                continue;
            }
            socket.Dispose(); // the engine died between the two: it is opened again
            lockFile?.Dispose();
            Drop(number);
        }
    }

    /// <summary>One that is left, or a new one, which is kept.</summary>
    /// <exception cref="LibCException">It cannot be made there.</exception>
    public ListeningSocket Open(string path, SocketAccess access)
    {
        if (_left.Remove(path, out var left))
            return WithEnd(left.Socket, left.Number);
        var socket = ListeningSocket.Open(path, access);
        string number = Enumerable.Range(0, int.MaxValue).Select(i => i.ToString(CultureInfo.InvariantCulture)).First(_numbers.Add);
        _store.Keep(LockPrefix + number, socket.LockDescriptor);
        _store.Keep(SocketPrefix + number, socket.Descriptor);
        return WithEnd(socket, number);
    }

    /// <summary>Removes those that the configuration has no longer; the others outlive the daemon, if the store does.</summary>
    public void Settle()
    {
        foreach (var (number, socket) in _left.Values)
            WithEnd(socket, number).Dispose();
        _left.Clear();
        _open.ForEach(socket => socket.StaysBehind = _store.IsLasting);
    }

    /// <summary>What was left and nobody has opened stays the keeper's.</summary>
    public void Dispose() => _left.Clear();

    private ListeningSocket WithEnd(ListeningSocket socket, string number)
    {
        _open.Add(socket);
        socket.OnRemoved(() => Drop(number));
        return socket;
    }

    private void Drop(string number)
    {
        _store.Drop(SocketPrefix + number);
        _store.Drop(LockPrefix + number);
    }
}
