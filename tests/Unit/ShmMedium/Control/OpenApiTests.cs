using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using ShmWifi.ShmMedium.Control;

namespace ShmWifi.Tests.Unit.ShmMedium.Control;

/// <summary>The description says what there is, all of it, and nothing else.</summary>
public sealed class OpenApiTests
{
    private ControlHarness _harness = null!;

    [SetUp]
    public void Start() => _harness = new ControlHarness();

    [TearDown]
    public void Stop() => _harness.Dispose();

    private async Task<JsonObject> DescribeAsync() => (await _harness.SendAsync("GET", "/v1/openapi.json")).Json.AsObject();

    [Test]
    public async Task EveryRouteIsDescribed()
    {
        var paths = (await DescribeAsync())["paths"]!.AsObject();
        string[] described = [.. paths.SelectMany(p => p.Value!.AsObject().Select(m => $"{m.Key.ToUpperInvariant()} {p.Key}"))];
        await using var application =
            ControlApplication.Build(_ => { }, null, ControlRights.OwnersOnly, _harness.Medium, _harness.Configuration, () => ControlHarness.Snapshot,
                _harness.Captures, _ => { }, (_, _) => { });
        var mapped = ((IEndpointRouteBuilder)application).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText}"));
        Assert.That(described, Is.EquivalentTo(mapped).And.Not.Empty);
    }

    [Test]
    public async Task EveryDescribedRouteExists()
    {
        foreach ((string path, var methods) in (await DescribeAsync())["paths"]!.AsObject())
        {
            foreach ((string method, var _) in methods!.AsObject())
            {
                if (path is "/v1/watch" or "/v1/live")
                    continue; // it does not end
                var answer = await _harness.SendAsync(method.ToUpperInvariant(),
                    path.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal), "x");
                bool isRoute = (int)answer.Status is not (404 or 405) || answer.Json["detail"]!.ToString() is var why
                    && !why.Contains("there is no ", StringComparison.Ordinal) && !why.Contains("it has ", StringComparison.Ordinal);
                Assert.That(isRoute, Is.True, $"{method} {path}: {answer.Text}");
            }
        }
    }

    [Test]
    public async Task EveryReferenceLeadsToASchema()
    {
        var description = await DescribeAsync();
        var schemas = description["components"]!["schemas"]!.AsObject();
        string[] references = [.. References(description).Distinct()];
        Assert.That(references, Has.Length.GreaterThan(10));
        Assert.That(references.Where(r => !schemas.ContainsKey(r.Replace("#/components/schemas/", "", StringComparison.Ordinal))), Is.Empty);
        Assert.That(schemas.Select(s => $"#/components/schemas/{s.Key}").Except(references), Is.Empty, "schemas that nobody uses");
    }

    [Test]
    public async Task OperationsHaveNamesOfTheirOwn()
    {
        string[] names =
            [.. (await DescribeAsync())["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject()).Select(m => m.Value!["operationId"]!.ToString())];
        Assert.That(names, Is.Unique);
    }

    [Test]
    public async Task BodiesAreDescribedByTheConfigurationsSchemas()
    {
        var description = await DescribeAsync();
        Assert.That(description["openapi"]!.ToString(), Does.StartWith("3.1."));
        var setLink = description["paths"]!["/v1/links/{from}/{to}"]!["put"]!;
        foreach (string type in new[] { "application/json", "application/yaml" })
            Assert.That(setLink["requestBody"]!["content"]![type]!["schema"]!["$ref"]!.ToString(), Is.EqualTo("#/components/schemas/linkChange"));
        Assert.That(setLink["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["$ref"]!.ToString(),
            Is.EqualTo("#/components/schemas/link"));
        Assert.That(setLink["responses"]!["413"]!["description"]!.ToString(), Is.EqualTo("Refused: the body has more than 1048576 bytes."));
        var link = description["components"]!["schemas"]!["link"]!.AsObject();
        Assert.That(link["properties"]!["snrDb"]!["maximum"]!.GetValue<int>(), Is.EqualTo(150));
        Assert.That(link["oneOf"]!.AsArray(), Has.Count.EqualTo(2), "either of snrDb and loss");
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(pair => pair.Key == "$ref" ? [pair.Value!.ToString()] : References(pair.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };
}
