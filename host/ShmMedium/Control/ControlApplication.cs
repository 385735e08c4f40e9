using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.ShmMedium.Telemetry;

namespace ShmWifi.ShmMedium.Control;

/// <summary>The control API as an application of ASP.NET Core: its endpoints, with the services that they need and no others.</summary>
internal static class ControlApplication
{
    /// <summary>Builds it.</summary>
    /// <param name="listen">Says where, and within which limits.</param>
    /// <param name="token">What browsers of other machines show; null: there are none.</param>
    /// <param name="rights">What clients may do.</param>
    /// <param name="medium">What it reads and changes.</param>
    /// <param name="configuration">Of the daemon; its medium is that of the start.</param>
    /// <param name="snapshot">What the daemon has done so far.</param>
    /// <param name="captures">What it starts and ends.</param>
    /// <param name="warn">Takes what went wrong in the daemon itself.</param>
    /// <param name="warnOldName">Takes an old name that a client used, and the new one; once.</param>
    public static WebApplication Build(
        Action<KestrelServerOptions> listen,
        string? token,
        ControlRights rights,
        IControlledMedium medium,
        DaemonConfiguration configuration,
        Func<MediumSnapshot> snapshot,
        ICaptures captures,
        Action<string> warn,
        Action<string, string> warnOldName)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(listen);
        AddEndpointServices(builder.Services)
            .AddSingleton<IHostLifetime, NoLifetime>()
            .AddSingleton(medium)
            .AddSingleton(configuration)
            .AddSingleton(snapshot)
            .AddSingleton(captures)
            .AddSingleton(warn)
            .AddExceptionHandler<ControlExceptionHandler>()
            .AddProblemDetails(options => options.CustomizeProblemDetails = ControlProblem.Complete);
        var application = builder.Build();
        application.Use(EndLineAsync);
        application.UseExceptionHandler();
        application.UseStatusCodePages();
        application.Use(PageFiles.ServeAsync);
        application.Use(new WebRights(token).CheckAsync);
        application.Use(rights.CheckAsync);
        OldPath.Use(application, warnOldName);
        application.UseRouting();
        application.Use(UnescapeSlashesAsync);
        Map(application);
        return application;
    }

    /// <summary>Adds what mapping the endpoints takes.</summary>
    /// <remarks>Mapping looks whether a handler's parameter is a service; what <see cref="Build"/> has more takes the place of these.</remarks>
    public static IServiceCollection AddEndpointServices(IServiceCollection services) => services
        .AddRoutingCore()
        .AddSingleton<RadioNames>()
        .AddSingleton<IControlledMedium>(_ => throw new NotSupportedException("only described"))
        .AddSingleton<DaemonConfiguration>(_ => throw new NotSupportedException("only described"))
        .AddSingleton<ICaptures>(_ => throw new NotSupportedException("only described"))
        .AddSingleton<Func<MediumSnapshot>>(_ => throw new NotSupportedException("only described"))
        .ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, ControlJson.Default);
            options.SerializerOptions.TypeInfoResolverChain.Insert(1, SnapshotJson.Default);
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            options.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping; // nobody puts it into HTML
            options.SerializerOptions.WriteIndented = true;
        });

    /// <summary>Maps each resource's endpoints.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1").AddEndpointFilterFactory(RequestFilter.Create());
        MediumEndpoints.Map(api);
        RadioEndpoints.Map(api);
        LinkEndpoints.Map(api);
        FaultEndpoints.Map(api);
        JammerEndpoints.Map(api);
        WallEndpoints.Map(api);
        ScheduleEndpoints.Map(api);
        CaptureEndpoints.Map(api);
        DaemonEndpoints.Map(api);
    }

    /// <summary>JSON ends with the line, so that a shell's prompt begins the next.</summary>
    private static async Task EndLineAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response is { ContentLength: null, ContentType: { } type }
            && (type.StartsWith("application/json", StringComparison.Ordinal)
                || type.StartsWith("application/problem+json", StringComparison.Ordinal)))
        {
            await context.Response.WriteAsync("\n", context.RequestAborted);
        }
    }

    /// <summary>Kestrel leaves %2F in a path as it is, so that it does not end a name.</summary>
    private static Task UnescapeSlashesAsync(HttpContext context, RequestDelegate next)
    {
        foreach ((string name, object? value) in context.Request.RouteValues.ToArray())
            context.Request.RouteValues[name] = (value as string)?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return next(context);
    }

    /// <summary>The daemon's end is this one's; signals are the daemon's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
