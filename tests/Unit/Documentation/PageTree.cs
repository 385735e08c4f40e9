namespace ShmWifi.Tests.Unit.Documentation;

/// <summary>Markdown files of a folder that links lead to, from one to the next.</summary>
internal sealed class PageTree
{
    private readonly string _root;
    private readonly SortedDictionary<string, MarkdownPage> _pages = new(StringComparer.Ordinal);
    private readonly List<string> _deadLinks = [];

    /// <summary>Reads them.</summary>
    /// <param name="first">The page to begin with, below <paramref name="root"/>.</param>
    public PageTree(string root, string first)
    {
        _root = root;
        _ = Read(first);
        foreach ((string path, var page) in _pages.ToArray())
            _deadLinks.AddRange(page.Links.Where(link => !LeadsSomewhere(path, link.Target)).Select(link => $"{path}:{link.Line}: {link.Target}"));
    }

    /// <summary>Their paths below the root.</summary>
    public IEnumerable<string> Paths => _pages.Keys;

    /// <summary>PATH:LINE: TARGET of links that lead to no file or no heading.</summary>
    public IReadOnlyList<string> DeadLinks => _deadLinks;

    private MarkdownPage Read(string path)
    {
        if (_pages.TryGetValue(path, out var known))
            return known;
        var page = MarkdownPage.Parse(File.ReadAllText(Path.Combine(_root, path)));
        _pages[path] = page;
        foreach ((int _, string target) in page.Links)
        {
            string to = FileOf(path, target);
            if (IsPage(to) && IsFile(to))
                _ = Read(to);
        }
        return page;
    }

    private bool LeadsSomewhere(string from, string target)
    {
        string to = FileOf(from, target);
        int anchor = target.IndexOf('#', StringComparison.Ordinal);
        return IsFile(to) && (anchor < 0 || (IsPage(to) && Read(to).Anchors.Contains(target[(anchor + 1)..])));
    }

    /// <summary>The file that a link of a page names. A folder is none: GitHub shows folders, a site does not.</summary>
    private string FileOf(string page, string target)
    {
        string file = target.Split('#')[0];
        return file.Length == 0 ? page : Path.GetRelativePath(_root, Path.Combine(_root, Path.GetDirectoryName(page)!, file));
    }

    private bool IsFile(string path) => !path.StartsWith("..", StringComparison.Ordinal) && File.Exists(Path.Combine(_root, path));

    private static bool IsPage(string path) => path.EndsWith(".md", StringComparison.Ordinal);
}
