using System.Globalization;
using Microsoft.Playwright;
using ShmWifi.Lab;

namespace ShmWifi.Tests.Browser;

/// <summary>Debian's Chromium, with pages of a daemon's map; what goes wrong in a page is kept.</summary>
internal sealed class PageSession : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";
    private readonly List<string> _problems = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Errors of scripts, of the policy, and requests to elsewhere.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            lock (_problems)
                return [.. _problems];
        }
    }

    /// <summary>Starts the browser.</summary>
    public static async Task<PageSession> StartAsync()
    {
        if (!File.Exists(Chromium))
            Assert.Fail($"there is no {Chromium}: './shmwifi test' installs it");
        var session = new PageSession { _playwright = await Playwright.CreateAsync() };
        session._browser = await session._playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        });
        return session;
    }

    /// <summary>Opens the map of a port, and waits until it shows the daemon.</summary>
    public async Task<IPage> OpenAsync(int port, ColorScheme scheme = ColorScheme.Dark)
    {
        var page = await _browser!.NewPageAsync(new BrowserNewPageOptions
        {
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = 1440, Height = 900 },
        });
        page.PageError += (_, error) => Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                Add(message.Text);
        };
        page.Request += (_, request) =>
        {
            string own = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/");
            if (!request.Url.StartsWith(own, StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
                Add($"a request to {request.Url}");
        };
        await page.GotoAsync(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
        await page.WaitForSelectorAsync("#connection.live", new PageWaitForSelectorOptions { Timeout = (float)Deadline.Limit.TotalMilliseconds });
        return page;
    }

    /// <summary>Closes all pages, before the daemon goes that they would look for.</summary>
    public async Task ClosePagesAsync()
    {
        foreach (var context in _browser!.Contexts.ToArray())
            await context.CloseAsync();
    }

    /// <summary>Where a radio is drawn in the window.</summary>
    public static async Task<(float X, float Y)> PointOfAsync(IPage page, string radio)
    {
        var box = await page.Locator("#map canvas").BoundingBoxAsync() ?? throw new LabException("the map is not shown");
        float[] at = await page.EvaluateAsync<float[]>("name => { const p = window.shmwifi.map.pointOf(name); return [p.x, p.y]; }", radio);
        return (box.X + at[0], box.Y + at[1]);
    }

    /// <summary>Drags with the mouse, as a hand does.</summary>
    public static async Task DragAsync(IPage page, (float X, float Y) from, (float X, float Y) to)
    {
        await page.Mouse.MoveAsync(from.X, from.Y);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(to.X, to.Y, new MouseMoveOptions { Steps = 12 });
        await page.Mouse.UpAsync();
    }

    /// <summary>Keeps a picture of a page in run/pictures, from where it may be copied to docs/images.</summary>
    public static Task PictureAsync(IPage page, string name) =>
        page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Checkout.Run, "pictures", $"{name}.png") });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    private void Add(string problem)
    {
        lock (_problems)
            _problems.Add(problem);
    }
}
