using Microsoft.AspNetCore.Http;
using ShmWifi.Configuration.Text;

namespace ShmWifi.ShmMedium.Control;

/// <summary>What stands before each handler, when the request has been read, and before its answer is written.</summary>
internal static class RequestFilter
{
    /// <summary>Requests that are worked on at a time, so that a crowd does not take the cores
    /// from the engine. Reading and writing do not count: a slow client
    /// holds nobody up.</summary>
    private const int Workers = 2;

    /// <summary>For the endpoints of one server.</summary>
    public static Func<EndpointFilterFactoryContext, EndpointFilterDelegate, EndpointFilterDelegate> Create()
    {
        var workers = new SemaphoreSlim(Workers);
        return (endpoint, next) =>
        {
            string[] texts = [.. endpoint.MethodInfo.GetParameters().Where(p => p.ParameterType == typeof(string)).Select(p => p.Name!)];
            return async invocation =>
            {
                var request = invocation.HttpContext.Request;
                CheckQuery(request.Query, [.. texts.Where(name => !request.RouteValues.ContainsKey(name))]);
                await workers.WaitAsync(invocation.HttpContext.RequestAborted);
                try
                {
                    return await next(invocation);
                }
                finally
                {
                    workers.Release();
                }
            };
        };
    }

    /// <summary>Refuses what the framework would ignore.</summary>
    private static void CheckQuery(IQueryCollection query, string[] known)
    {
        foreach ((string name, var values) in query)
        {
            if (!known.Contains(name))
            {
                string allowed = known.Length == 0 ? "none" : string.Join(", ", known);
                throw new ControlException(400, $"unknown query parameter '{name}'",
                    new FieldError(name, $"is unknown{Nearest.Hint(name, known)}; allowed: {allowed}"));
            }
            if (values.Count != 1)
                throw new ControlException(400, $"query parameter '{name}' is given twice", new FieldError(name, "is given more than once"));
        }
    }
}
