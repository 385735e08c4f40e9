using System.Diagnostics;
using System.Text.RegularExpressions;
using ShmWifi.Lab;

namespace ShmWifi.Tests.Unit.Documentation;

/// <summary>The site of './shmwifi docs'.</summary>
[TestFixture]
[Explicit("builds the site: a minute")]
[Category("Nightly")]
internal sealed partial class SiteTests
{
    private readonly string _site = Directory.CreateTempSubdirectory("site-").FullName;

    [OneTimeSetUp]
    public async Task BuildTheSite()
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Checkout.Root, "shmwifi"), ["docs", "--output", _site])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, error);
    }

    [OneTimeTearDown]
    public void RemoveTheSite() => Directory.Delete(_site, recursive: true);

    [TestCase("index.html")]
    [TestCase("CHANGELOG.html")]
    [TestCase("docs/lab.html")]
    [TestCase("docs/images/web-dark.png")]
    [TestCase("docs/decisions/README.html")]
    [TestCase("api/ShmWifi.RingBuffer.RingProducer.html")]
    public void ItHas(string file) => Assert.That(Path.Combine(_site, file), Does.Exist);

    [Test]
    public void NothingIsLoadedFromElsewhere() => Assert.That(
        Directory.EnumerateFiles(_site, "*.html", SearchOption.AllDirectories)
            .SelectMany(page => LoadedFromElsewhere().Matches(File.ReadAllText(page))
                .Select(found => $"{Path.GetRelativePath(_site, page)}: {found}")),
        Is.Empty);

    [GeneratedRegex("""<(script|link|img|iframe)\b[^>]*\b(src|href)="(https?:)?//[^>]*>""")]
    private static partial Regex LoadedFromElsewhere();
}
