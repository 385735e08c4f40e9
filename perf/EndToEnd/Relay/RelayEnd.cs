using ShmWifi.Lab;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>A station's end of a relay, whatever carries the frames.</summary>
internal abstract class RelayEnd(byte station) : IDisposable
{
    /// <summary>Its number.</summary>
    public byte Station { get; } = station;

    /// <summary>Number of the next frame to come, for who checks them.</summary>
    public uint Expected { get; set; }

    /// <summary>Bytes of the latest frame that came.</summary>
    public int LatestLength { get; protected set; }

    /// <summary>Sends a frame if there is room; it may wait for <see cref="Flush"/>.</summary>
    /// <param name="length">Its bytes.</param>
    public abstract bool TrySend(uint number, int length, byte receiver);

    /// <summary>Gives away what was sent.</summary>
    public abstract void Flush();

    /// <summary>Takes frames that came, and checks that each is the next and whole.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="waiting">Whether to sleep until one comes.</param>
    public abstract int Receive(int most, Waiting waiting);

    /// <summary>Takes what tells of frames that were sent, where a relay does.</summary>
    public virtual void TakeStatuses()
    {
    }

    /// <summary>Drops frames that came, unread.</summary>
    public abstract int Discard();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>What a wait that was without success is told as.</summary>
    protected LabException NothingCame() =>
        new($"relay: station {Station} waited {Deadline.LimitMs / 1000} s for frame {Expected}, and none came: a frame or a wake-up was lost");
}

/// <summary>Whether to sleep until something comes.</summary>
internal enum Waiting
{
    /// <summary>No: look once.</summary>
    Not,

    /// <summary>Yes; but when nothing comes for <see cref="Deadline"/>, that is an error.</summary>
    WithinDeadline,

    /// <summary>Yes, however long it takes.</summary>
    ForEver,
}
