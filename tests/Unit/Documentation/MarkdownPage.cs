using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ShmWifi.Tests.Unit.Documentation;

/// <summary>What a Markdown file links to, and what in it can be linked to.</summary>
internal sealed class MarkdownPage
{
    private static readonly MarkdownPipeline s_pipeline =
        new MarkdownPipelineBuilder().UsePipeTables().UsePreciseSourceLocation()
            .UseAutoIdentifiers(AutoIdentifierOptions.GitHub).Build();

    private MarkdownPage(IReadOnlySet<string> anchors, IReadOnlyList<(int Line, string Target)> links) => (Anchors, Links) = (anchors, links);

    /// <summary>The IDs of its headings, as GitHub and docfx make them.</summary>
    public IReadOnlySet<string> Anchors { get; }

    /// <summary>Links and images in it; those to other sites are left out.</summary>
    public IReadOnlyList<(int Line, string Target)> Links { get; }

    public static MarkdownPage Parse(string text)
    {
        var document = Markdown.Parse(text, s_pipeline);
        return new MarkdownPage(
            document.Descendants<HeadingBlock>().Select(heading => heading.GetAttributes().Id).OfType<string>().ToHashSet(),
            [.. document.Descendants<LinkInline>().Where(link => !Uri.IsWellFormedUriString(link.Url, UriKind.Absolute))
                .Select(link => (link.Line + 1, Uri.UnescapeDataString(link.Url ?? "")))]);
    }
}
