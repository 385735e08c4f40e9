using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace ShmWifi.ShmMedium.Control;

/// <summary>The API's description, OpenAPI 3.1, made of its endpoints.</summary>
/// <remarks>By an application of its own, at the first request: who never asks does without the memory of what makes it.</remarks>
internal static class ControlDescription
{
    /// <summary>Where it is.</summary>
    public const string Path = "/v1/openapi.json";

    private const string DocumentName = "v1";
    private static readonly Lazy<Task<string>> s_text = new(WriteAsync);

    /// <summary>JSON, and the end of its line.</summary>
    public static Task<string> ReadAsync() => s_text.Value;

    private static async Task<string> WriteAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore(); // no application without a server; it does not start
        builder.Services.AddOpenApi(DocumentName, Describe);
        ControlApplication.AddEndpointServices(builder.Services);
        await using var application = builder.Build();
        application.UseRouting();
        ControlApplication.Map(application);
        application.UseEndpoints(_ => { });
        var document = await application.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>(DocumentName).GetOpenApiDocumentAsync();
        return await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1) + "\n";
    }

    private static void Describe(OpenApiOptions options)
    {
        // What is JSON already has the configuration's schemas, not those of .NET's JSON types.
        options.CreateSchemaReferenceId = type =>
            type.Type.IsAssignableTo(typeof(JsonNode)) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        options.AddOperationTransformer<ConfigurationSchemas>();
        options.AddDocumentTransformer<ConfigurationSchemas>();
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "shm-medium control",
                Version = typeof(ControlDescription).Assembly.GetName().Version!.ToString(3),
                Description =
                    "Reads and changes the medium of a running shm-medium. HTTP/1.1 on a Unix socket; who may open the socket may do everything. "
                    + "Bodies have the keys and values of the configuration file, as JSON or YAML. A slash within a name of a path is written %2F.",
            };
            // The host means nothing on a Unix socket.
            document.Servers = [new OpenApiServer { Url = "http://localhost/" }];
            return Task.CompletedTask;
        });
    }
}
