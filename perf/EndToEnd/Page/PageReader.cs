using System.Globalization;

namespace ShmWifi.Perf.EndToEnd.Page;

/// <summary>Reads what a daemon tells a page, as fast as it comes.</summary>
internal sealed class PageReader : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _client = new();
    private readonly Stream _view;
    private readonly Task _reading;
    private long _bytes;

    /// <summary>Asks for the view.</summary>
    public PageReader(int port)
    {
        _view = _client.GetStreamAsync(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/v1/view")).GetAwaiter().GetResult();
        _reading = ReadAsync();
    }

    /// <summary>Bytes that came.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _reading.GetAwaiter().GetResult();
        _view.Dispose();
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (await _view.ReadAsync(buffer, _stop.Token) is > 0 and var count)
                Interlocked.Add(ref _bytes, count);
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }
}
