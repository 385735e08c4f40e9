namespace ShmWifi.Tests.Unit.Architecture;

/// <summary>The tree: what lies where, and what may depend on what.</summary>
[TestFixture]
internal sealed class ArchitectureTests
{
    /// <summary>What the projects of a folder may reference: these folders' and projects' alone.</summary>
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["common/Linux"] = [],
        ["common/Dot11"] = [],
        ["common/RingBuffer"] = ["common/Linux"],
        ["common/"] = ["common/"],
        ["host/"] = ["common/", "host/"],
        ["guest/"] = ["common/"],
        ["qemu/"] = ["common/", "host/Configuration", "qemu/"],
        ["packaging/"] = ["host/", "guest/", "qemu/"],
        ["perf/"] = ["common/", "host/", "guest/", "qemu/", "perf/", "tests/Support"],
        ["tests/Support"] = ["common/", "host/", "guest/", "qemu/"],
        ["tests/"] = ["common/", "host/", "guest/", "qemu/", "packaging/", "perf/", "tests/"],
    };

    private static IEnumerable<Project> Projects => Project.All;

    [TestCaseSource(nameof(Projects))]
    public void AFolderIsANamespaceAndAnAssembly(Project project)
    {
        Assert.That(project.RootNamespace, Is.EqualTo(project.ExpectedNamespace));
        if (!project.IsProgram)
            Assert.That(project.AssemblyName, Is.EqualTo(project.ExpectedNamespace), "a program's name is its command's");
        Assert.That(
            project.Sources.Select(source => (source.Path, Namespace: Project.NamespaceOf(source.Text))).Where(source => source.Namespace.Length > 0)
                .Where(source => source.Namespace != NamespaceOf(project, source.Path)).Select(source => $"{source.Path}: {source.Namespace}"),
            Is.Empty);

        static string NamespaceOf(Project project, string path) =>
            string.Join('.', Path.GetDirectoryName(path)![project.Folder.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries)
                .Prepend(project.ExpectedNamespace));
    }

    [TestCaseSource(nameof(Projects))]
    public void ProjectsReferenceWhatLiesBelowThem(Project project)
    {
        string[] allowed = MayReference.Where(rule => IsIn(project.Folder, rule.Key)).MaxBy(rule => rule.Key.Length).Value;

        Assert.That(project.References.Where(reference => !allowed.Any(folder => IsIn(reference, folder))), Is.Empty,
            $"allowed: {string.Join(", ", allowed)}");
    }

    [TestCaseSource(nameof(Projects))]
    public void NoFileIsCompiledIntoTwoProjects(Project project) => Assert.That(project.LinkedFiles, Is.Empty);

    [TestCaseSource(nameof(Projects))]
    public void TypesOfProgramsAreInternal(Project project)
    {
        // BenchmarkDotNet derives from benchmarks in an assembly that it makes.
        if (project.IsProgram)
            Assert.That(project.Sources.Where(source => !source.Text.Contains("[Benchmark", StringComparison.Ordinal))
                .SelectMany(source => Project.PublicTypesOf(source.Text)), Is.Empty);
    }

    [Test]
    public void NamespacesDependOnEachOtherOneWay()
    {
        string[] cycles = [.. BuiltProjects().Select(built => (built.Project, Cycles: Read(built.Project, built.Assembly).FindCycles()))
            .Where(read => read.Cycles.Count > 0)
            .Select(read => $"{read.Project.Path}:\n{string.Join("\n\n", read.Cycles)}")];

        Assert.That(cycles, Is.Empty, string.Join("\n\n", cycles));
    }

    [Test]
    public void DependenciesAreSeenInBodiesSignaturesAndUsings()
    {
        (var project, string assembly) = BuiltProjects().Single(built => built.Project.Folder == "common/Hwsim");
        var hwsim = Read(project, assembly);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(hwsim.Witnesses("ShmWifi.Hwsim", "ShmWifi.Hwsim.Datapath"), Has.Member("HwsimService uses SentChains"),
                "a local of its constructor");
            Assert.That(hwsim.Witnesses("ShmWifi.Hwsim.Datapath", "ShmWifi.Hwsim.Port"), Has.Member("RxPath uses PortDoorbell"), "a parameter");
            Assert.That(hwsim.Witnesses("ShmWifi.Hwsim.Datapath", "ShmWifi.Hwsim.Protocol"), Has.Member("InjectionBatch.cs"),
                "a constant, by its using");
            Assert.That(hwsim.Witnesses("ShmWifi.Hwsim.Port", "ShmWifi.Hwsim.Datapath"), Is.Empty);
        }
    }

    [Test]
    public void ACycleIsFoundWithWhatMakesIt()
    {
        var graph = new DependencyGraph();
        graph.Add("Engine", "Links", "Port uses LinkTable");
        graph.Add("Links", "Phy", "LinkTable uses ErrorModel");
        graph.Add("Links", "Links", "LinkTable uses LinkBudget");
        graph.Add("Phy", "Units", "ErrorModel uses Decibel");
        Assert.That(graph.FindCycles(), Is.Empty);

        graph.Add("Phy", "Engine", "ErrorModel uses MaxAttempts");

        Assert.That(graph.FindCycles(),
            Is.EqualTo(new[] { "  Engine -> Links: Port uses LinkTable\n  Links -> Phy: LinkTable uses ErrorModel\n  Phy -> Engine: ErrorModel "
            + "uses MaxAttempts" }));
    }

    private static bool IsIn(string folder, string rule) => rule.EndsWith('/') ? folder.StartsWith(rule, StringComparison.Ordinal) : folder == rule;

    /// <summary>What this test's build has beside it, tests aside: their namespaces mirror the others'.</summary>
    private static List<(Project Project, string Assembly)> BuiltProjects()
    {
        List<(Project Project, string Assembly)> built = [.. Project.All.Where(project => !IsIn(project.Folder, "tests/"))
            .Select(project => (project, Path.Combine(TestContext.CurrentContext.TestDirectory, project.AssemblyName + ".dll")))
                .Where(one => File.Exists(one.Item2))];
        Assert.That(built.Select(one => one.Project.Folder), Is.SupersetOf(Project.All.Select(project => project.Folder)
            .Where(folder => IsIn(folder, "common/") || IsIn(folder, "host/") || IsIn(folder, "guest/"))));
        return built;
    }

    private static DependencyGraph Read(Project project, string assembly)
    {
        var graph = new DependencyGraph();
        TypeReferences.Read(assembly, graph, name => IsOf(project, name)); // not what source generators add
        foreach ((string path, string text) in project.Sources)
        {
            string from = Project.NamespaceOf(text);
            foreach (string used in Project.UsingsOf(text).Where(used => from.Length > 0 && IsOf(project, used)))
                graph.Add(from, used, Path.GetFileName(path));
        }
        return graph;
    }

    private static bool IsOf(Project project, string name) =>
        name == project.RootNamespace || name.StartsWith(project.RootNamespace + ".", StringComparison.Ordinal);
}
