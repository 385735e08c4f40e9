using ShmWifi.Configuration;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>The captures of a medium: to files, and live.</summary>
internal interface ICaptures
{
    /// <summary>Those to files.</summary>
    IReadOnlyList<CaptureSnapshot> All { get; }

    /// <summary>Starts one.</summary>
    /// <returns>Null when it runs; else why it cannot.</returns>
    Task<string?> StartAsync(string name, CaptureConfiguration configuration);

    /// <summary>Ends one; what passed before is in its files then.</summary>
    /// <returns>What it did; null: none is called so.</returns>
    Task<CaptureSnapshot?> StopAsync(string name);

    /// <summary>Shows frames as pcapng from now on.</summary>
    /// <returns>Null: there are as many captures as may be.</returns>
    LiveCapture? Watch(CaptureSelection selection);

    /// <summary>Shows frames as they are from now on.</summary>
    /// <returns>Null: there are as many captures as may be.</returns>
    LiveFrames? WatchFrames();
}
