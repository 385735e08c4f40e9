namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>A clock that stands still until it is advanced. Of the engine's thread.</summary>
internal sealed class VirtualClock
{
    /// <summary>Now, ns since time began: 0 until then.</summary>
    public long NowNs { get; private set; }

    /// <summary>Advances it; it never goes back.</summary>
    /// <param name="ns">To when; a time that is over changes nothing.</param>
    public void AdvanceTo(long ns) => NowNs = Math.Max(NowNs, ns);
}
