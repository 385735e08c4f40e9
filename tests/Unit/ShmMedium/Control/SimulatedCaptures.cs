using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Capture;

namespace ShmWifi.Tests.Unit.ShmMedium.Control;

/// <summary>Captures of a medium without frames: they are remembered, and write nothing.</summary>
internal sealed class SimulatedCaptures : ICaptures
{
    private readonly Dictionary<string, CaptureConfiguration> _captures = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, CaptureConfiguration> Started => _captures;

    public IReadOnlyList<CaptureSnapshot> All => [.. _captures.Select(c => new CaptureSnapshot(c.Value.File, 0, 0, null) { Name = c.Key })];

    public Task<string?> StartAsync(string name, CaptureConfiguration configuration) =>
        Task.FromResult(_captures.TryAdd(name, configuration) ? null : "it is there");

    public Task<CaptureSnapshot?> StopAsync(string name)
    {
        var stopped = All.FirstOrDefault(c => c.Name == name);
        _captures.Remove(name);
        return Task.FromResult(stopped);
    }

    public LiveCapture? Watch(CaptureSelection selection) => null;

    public LiveFrames? WatchFrames() => null;
}
