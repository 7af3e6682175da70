using L4Balancer.Daemon.Configuration;
using L4Balancer.Daemon.Logging;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Admin;

/// <summary>Marks connections that may change something: those of the unix socket.</summary>
internal sealed class FullControl
{
    /// <summary>The only one; it has nothing to say but that it is there.</summary>
    public static FullControl Instance { get; } = new();
}

/// <summary>
/// Answers requests to the admin side: finds the route, refuses what may not be, and says why in one sentence.
/// </summary>
internal sealed class AdminPages
{
    private const string Nothing = "default-src 'none'; frame-ancestors 'none'";

    private readonly ILogger _logger;
    private readonly Dictionary<string, AdminRoute[]> _routes;
    private readonly string[] _paths;

    /// <summary>Takes the routes of all sources; a path and method stands in one of them.</summary>
    public AdminPages(IEnumerable<IAdminRoutes> sources, ILogger logger)
    {
        _logger = logger;
        _routes = sources.SelectMany(static source => source.Routes).GroupBy(static route => route.Path)
            .ToDictionary(static group => group.Key, static group => group.ToArray());
        _paths = [.. _routes.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        try
        {
            if (await AnswerOrRefuseAsync(http) is { } answer) await WriteAsync(http, answer);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort(); // Its client has gone.
        }
    }

    private async Task<Answer?> AnswerOrRefuseAsync(HttpContext http)
    {
        try
        {
            AdminRoute route = Find(http);
            AdminRequest request = new(http);
            if (route.QueryKeys is { } keys) request.CheckQuery(keys);
            return await route.AnswerAsync(request);
        }
        catch (AdminRefusal refusal)
        {
            return Answer.Error(refusal.Status, refusal.Message);
        }
        catch (BadHttpRequestException bad)
        {
            return Answer.Error(bad.StatusCode, bad.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => RequestBody.TooLarge().Message,
                StatusCodes.Status408RequestTimeout => "the body came too slowly",
                _ => bad.Message,
            });
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _logger.AdminFailed(failure, http.Request.Method, http.Request.Path);
            if (!http.Response.HasStarted) return Answer.Error(500, "this is a fault of the daemon; its log says more");
            http.Abort();
            return null;
        }
    }

    /// <exception cref="AdminRefusal">There is no such route, or it may not be used so.</exception>
    private AdminRoute Find(HttpContext http)
    {
        HttpRequest request = http.Request;
        string path = request.Path.Value ?? "";
        if (!_routes.TryGetValue(path, out AdminRoute[]? routes))
        {
            string hint = NearestWord.Hint(path, _paths);
            string known = hint.Length > 0 ? hint : $"; there is {string.Join(", ", _paths)}";
            throw new AdminRefusal(StatusCodes.Status404NotFound, $"there is nothing at this path{known}");
        }

        string method = HttpMethods.IsHead(request.Method) ? HttpMethods.Get : request.Method;
        AdminRoute? route = routes.FirstOrDefault(one => HttpMethods.Equals(one.Method, method));
        if (route is null)
        {
            string allowed = string.Join(", ", routes.Select(static one => one.Method == "GET" ? "GET, HEAD" : "POST"));
            http.Response.Headers.Allow = allowed;
            throw new AdminRefusal(
                StatusCodes.Status405MethodNotAllowed, $"{path} only takes {allowed}, not {request.Method}");
        }

        bool hasBody = http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };
        if (HttpMethods.IsPost(route.Method)) CheckMayChange(http);
        else if (hasBody) throw new AdminRefusal(StatusCodes.Status400BadRequest, "only a POST may have a body");
        return route;
    }

    /// <exception cref="AdminRefusal">It may not.</exception>
    private static void CheckMayChange(HttpContext http)
    {
        string? problem = http.Features.Get<FullControl>() is null
            ? "this address is read-only; changes are made over the unix socket that admin.socket names, "
                + "by 'l4balancer' or 'curl --unix-socket'"
            : OriginCheck.Problem(http.Request);
        if (problem is not null) throw new AdminRefusal(StatusCodes.Status403Forbidden, problem);
    }

    private static async Task WriteAsync(HttpContext http, Answer answer)
    {
        HttpResponse response = http.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        response.ContentLength = answer.Body.Length;
        WriteCommonHeaders(response, answer.ContentPolicy);
        bool leavesBody = answer.Status >= StatusCodes.Status400BadRequest
            && http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };
        if (leavesBody) response.Headers.Connection = "close";
        if (!HttpMethods.IsHead(http.Request.Method)) await response.Body.WriteAsync(answer.Body, http.RequestAborted);
    }

    /// <summary>What every answer says: it is of now, and a browser must not take it for anything else.</summary>
    public static void WriteCommonHeaders(HttpResponse response, string? contentPolicy = null)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.ContentSecurityPolicy = contentPolicy ?? Nothing;
    }
}
