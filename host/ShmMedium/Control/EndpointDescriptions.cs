using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ShmWifi.ShmMedium.Control;

/// <summary>What the API's description says of an endpoint, beside what its handler's types say.</summary>
internal static class EndpointDescriptions
{
    /// <summary>Names it for generated clients, and says what it does.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string id, string summary) =>
        endpoint.WithName(id).WithSummary(summary);

    /// <summary>A reason to refuse a request, beyond a wrong body.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, int status, string why) =>
        endpoint.WithMetadata(ControlProblem.Produced(status, why));
}
