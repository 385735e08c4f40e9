using System.Text.RegularExpressions;
using System.Xml.Linq;
using ShmWifi.Lab;

namespace ShmWifi.Tests.Unit.Architecture;

/// <summary>A project of the checkout, as its file and its sources say.</summary>
internal sealed partial class Project
{

    private readonly XElement _file;

    private Project(string path)
    {
        Path = System.IO.Path.GetRelativePath(Checkout.Root, path);
        Folder = System.IO.Path.GetDirectoryName(Path)!;
        _file = XElement.Load(path);
    }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Project> All { get; } =
    [
        .. new[] { "common", "host", "guest", "qemu", "packaging", "perf", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(System.IO.Path.Combine(Checkout.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal).Select(path => new Project(path)),
    ];

    /// <summary>From the checkout's root.</summary>
    public string Path { get; }

    /// <summary>Its folder, from the checkout's root: "common/RingBuffer".</summary>
    public string Folder { get; }

    /// <summary>Whether it is a program.</summary>
    public bool IsProgram => Property("OutputType") == "Exe";

    /// <summary>As the file names it.</summary>
    public string AssemblyName => Property("AssemblyName") ?? System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>As the file names it.</summary>
    public string RootNamespace => Property("RootNamespace") ?? "none";

    /// <summary>What its folder is called as a namespace.</summary>
    public string ExpectedNamespace => Folder.Split('/') switch
    {
        ["common" or "host" or "guest" or "packaging", var name] => $"ShmWifi.{name}",
        ["perf", var name] => $"ShmWifi.Perf.{name}",
        ["tests", var name] => $"ShmWifi.Tests.{name}",
        ["qemu", var name] => $"ShmWifi.{string.Concat(name.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]))}",
        _ => "none: a project lies in a folder of common, host, guest, qemu, packaging, perf or tests",
    };

    /// <summary>The folders of the projects that it references.</summary>
    public IEnumerable<string> References => Items("ProjectReference")
        .Select(path => System.IO.Path.GetRelativePath(Checkout.Root,
            System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path, System.IO.Path.Combine(Checkout.Root, Folder)))!));

    /// <summary>Files of elsewhere that it compiles.</summary>
    public IEnumerable<string> LinkedFiles => Items("Compile");

    /// <summary>Its sources: path, and text.</summary>
    public IEnumerable<(string Path, string Text)> Sources =>
        from path in Directory.EnumerateFiles(System.IO.Path.Combine(Checkout.Root, Folder), "*.cs", SearchOption.AllDirectories)
        let relative = System.IO.Path.GetRelativePath(Checkout.Root, path)
        where !relative[(Folder.Length + 1)..].Split('/').Any(part => part is "bin" or "obj")
        orderby relative
        select (relative, File.ReadAllText(path));

    /// <summary>Its folder, by which tests are named.</summary>
    public override string ToString() => Folder;

    /// <summary>The namespace of a source; empty for the statements of a program.</summary>
    public static string NamespaceOf(string text) => Namespace().Match(text).Groups["name"].Value;

    /// <summary>The namespaces that a source uses by their names alone.</summary>
    public static IEnumerable<string> UsingsOf(string text) => Using().Matches(text).Select(match => match.Groups["name"].Value);

    /// <summary>The public types of a source, without nested ones.</summary>
    public static IEnumerable<string> PublicTypesOf(string text) => PublicType().Matches(text).Select(match => match.Groups["name"].Value);

    private string? Property(string name) =>
        _file.Descendants(name).FirstOrDefault(property => property.Parent!.Attribute("Condition") is null)?.Value;

    private IEnumerable<string> Items(string name) => _file.Descendants(name).Attributes("Include").Select(include => include.Value);

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^(?:global )?using (?:static )?(?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"^public (?:\w+ )*?(?:class|struct|interface|enum|record(?: class| struct)?|delegate \S+) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();
}
