using System.Text.RegularExpressions;
using ShmWifi.Lab;

namespace ShmWifi.Tests.Unit.Documentation;

/// <summary>The pages of README.md and docs/, as GitHub shows them and './shmwifi docs' makes a site of them.</summary>
[TestFixture]
internal sealed partial class PageTests
{
    private static readonly string[] s_tables = ["docs/site", "docs", "docs/decisions"];

    private static PageTree Pages => new(Checkout.Root, "README.md");

    [Test]
    public void EachLinkLeadsToAFileAndAHeading() => Assert.That(Pages.DeadLinks, Is.Empty);

    [Test]
    public void EachPageIsReachedFromTheReadme() => Assert.That(
        Directory.EnumerateFiles(Path.Combine(Checkout.Root, "docs"), "*.md", SearchOption.AllDirectories).Select(BelowRoot),
        Is.SubsetOf(Pages.Paths));

    [Test]
    public void EachPageIsOnceInATableOfContents() => Assert.That(
        s_tables.SelectMany(folder => HrefsOf(Path.Combine(Checkout.Root, folder))), Is.EquivalentTo(Pages.Paths));

    [TestCase("[a](two.md)", ExpectedResult = "")]
    [TestCase("[a](two.md#a-heading-of-twomd)", ExpectedResult = "")]
    [TestCase("[a](#one)", ExpectedResult = "")]
    [TestCase("[a][b]\n\n[b]: picture.png", ExpectedResult = "")]
    [TestCase("[a](https://example.org/gone.md)", ExpectedResult = "")]
    [TestCase("`[a](gone.md)`\n\n    [a](gone.md)", ExpectedResult = "")]
    [TestCase("[a](gone.md)", ExpectedResult = "one.md:3: gone.md")]
    [TestCase("| a |\n|---|\n| [a](gone.md) |", ExpectedResult = "one.md:5: gone.md")]
    [TestCase("[a](Two.md)", ExpectedResult = "one.md:3: Two.md")]
    [TestCase("[a](two.md#gone)", ExpectedResult = "one.md:3: two.md#gone")]
    [TestCase("[a](#gone)", ExpectedResult = "one.md:3: #gone")]
    [TestCase("[a][b]\n\n[b]: gone.md", ExpectedResult = "one.md:3: gone.md")]
    [TestCase("![a](gone.png)", ExpectedResult = "one.md:3: gone.png")]
    [TestCase("[a](folder)", ExpectedResult = "one.md:3: folder")]
    [TestCase("[a](../one.md)", ExpectedResult = "one.md:3: ../one.md")]
    public string ALinkThatLeadsNowhereIsFound(string text)
    {
        string root = Directory.CreateTempSubdirectory("pages-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(root, "one.md"), $"# One\n\n{text}\n");
            File.WriteAllText(Path.Combine(root, "two.md"), "## A heading of `two.md`\n");
            File.WriteAllText(Path.Combine(root, "picture.png"), "");
            Directory.CreateDirectory(Path.Combine(root, "folder"));

            return string.Join('\n', new PageTree(root, "one.md").DeadLinks);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static IEnumerable<string> HrefsOf(string folder) => HrefOfAPage().Matches(File.ReadAllText(Path.Combine(folder, "toc.yml")))
        .Select(href => BelowRoot(Path.GetFullPath(Path.Combine(folder, href.Groups["page"].Value))));

    private static string BelowRoot(string path) => Path.GetRelativePath(Checkout.Root, path);

    [GeneratedRegex(@"^[ -]+href: (?<page>.*\.md)$", RegexOptions.Multiline)]
    private static partial Regex HrefOfAPage();
}
