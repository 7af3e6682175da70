using System.Text;

namespace L4Balancer.Tests.Peers;

/// <summary>The table of requests that the admin side must refuse, and how.</summary>
internal static class WrongRequests
{
    /// <summary>The header that a body needs.</summary>
    public const string JsonType = "Content-Type: application/json";

    /// <summary>Every change that there is.</summary>
    public static readonly string[] Changes =
    [
        "/reload", "/drain", "/backends/drain", "/backends/ready", "/backends/maint", "/backends/weight",
        "/connections/kill", "/zones/away", "/zones/back",
    ];

    private static readonly string[] Pages =
    [
        "/", "/metrics", "/healthz", "/ready", "/status.json", "/services", "/backends", "/zones", "/connections",
        "/top", "/events", "/history.json", "/ring.json", "/config", "/config/diff",
    ];

    /// <summary>All of them but those that take their time.</summary>
    public static IEnumerable<WrongRequest> All(Random random) =>
    [
        .. Paths(random), .. Methods(), .. ReadOnly(), .. Foreign(), .. WrongBodies.All(), .. Queries(),
        .. BadQueryValues(), .. PageBodies(), .. Huge(), .. NoHttp(random),
    ];

    /// <summary>Those that are ended for being slow.</summary>
    public static IEnumerable<WrongRequest> Slow()
    {
        foreach (bool overTcp in new[] { true, false })
        {
            foreach (string begun in new[] { "GET /ready HTTP/1.1\r\nHost: a\r\n", "GET /rea" })
            {
                yield return Raw("head without an end", begun, 408) with { OverTcp = overTcp, IsSlow = true };
            }
        }

        foreach (string rest in new[]
        {
            "Content-Length: 100\r\n\r\n{\"backend\"", "Content-Length: 1000\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"bac\r\n",
        })
        {
            string begun = $"POST /backends/drain HTTP/1.1\r\nHost: a\r\n{JsonType}\r\n{rest}";
            yield return new WrongRequest("endless body", Encoding.ASCII.GetBytes(begun), 408) { Names = "slow" };
        }
    }

    private static IEnumerable<WrongRequest> Paths(Random random)
    {
        string[] fixedPaths =
        [
            "/metric", "/metrics/", "//metrics", "/Metrics", "/status", "/status.jso", "/backend", "/backends/",
            "/admin", "/backends/drian", "/connections/kil", "/conections", "/../etc/passwd", "/%2e%2e/etc/passwd",
            "/config/../metrics/x", "/config/show", "/index.html", "/favicon.ico", "/page.html", "/takeove",
            "/metrics%20", "/status.json;a=b", "/.env", "/wp-login.php", "/debug/pprof",
        ];
        foreach (string path in fixedPaths) yield return WrongRequest.Of("GET", path, 404);
        for (int i = 0; i < 60; i++)
        {
            string path = "/" + new string([.. Enumerable.Range(0, random.Next(1, 40))
                .Select(_ => "abcdefghijklmnopqrstuvwxyz0123456789-_/"[random.Next(39)])]);
            if (Pages.Contains(path) || Changes.Contains(path)) continue;

            yield return WrongRequest.Of("GET", path, 404) with { OverTcp = random.Next(2) == 0 };
        }
    }

    private static IEnumerable<WrongRequest> Methods()
    {
        string[] always = ["PUT", "DELETE", "PATCH", "OPTIONS", "BREW", "PROPFIND"];
        foreach (string path in Pages)
        {
            foreach (string method in always.Append("POST"))
            {
                yield return WrongRequest.Of(method, path, 405) with { Names = "GET, HEAD" };
            }
        }

        foreach (string path in Changes)
        {
            foreach (string method in always.Append("GET"))
            {
                yield return WrongRequest.Of(method, path, 405) with { Names = "POST" };
            }
        }
    }

    private static IEnumerable<WrongRequest> ReadOnly() => Changes.SelectMany(static path => new[]
    {
        WrongRequest.Of("POST", path, 403) with { OverTcp = true, Names = "unix socket" },
        WrongRequest.Json(path, "{}", 403) with { OverTcp = true, Names = "unix socket" },
    });

    private static IEnumerable<WrongRequest> Foreign()
    {
        string[] headers =
        [
            "Origin: http://evil.example", "Origin: null", "Origin: http://localhost:8080",
            "Origin: https://localhost.evil", "Origin: http://127.0.0.1", "Origin: file://", "Origin: localhost",
            "Sec-Fetch-Site: cross-site",
            "Sec-Fetch-Site: same-site",
        ];
        foreach (string path in Changes)
        {
            foreach (string header in headers)
            {
                yield return WrongRequest.Of("POST", path, 403, "{}", JsonType, header) with { Names = "a page of" };
            }
        }
    }

    private static IEnumerable<WrongRequest> Queries() =>
        from path in Pages[4..]
        from query in new[] { "?x=1", "?limi=1", "?%00=1", "?=1", "?a[]=1", "?a=1&b=2" }
        select WrongRequest.Of("GET", path + query, 400) with { Names = "unknown query key", OverTcp = true };

    private static IEnumerable<WrongRequest> BadQueryValues()
    {
        string[] noNumbers = ["0", "-1", "x", "1.5", "1e3", "99999999999", "100001", "+", "%201", "0x10", "1&limit=2"];
        foreach (string value in noNumbers)
        {
            yield return WrongRequest.Of("GET", $"/connections?limit={value}", 400) with { Names = "limit" };
            yield return WrongRequest.Of("GET", $"/top?limit={value}", 400) with { Names = "limit" };
        }

        foreach (string value in noNumbers[1..^1])
        {
            yield return WrongRequest.Of("GET", $"/events?last={value}", 400) with { Names = "last" };
        }

        foreach (string value in new[] { "x", "10.0.0.256", "10.0.0.0/33", "::/129", "10.0.0.0/8/8", "%00", "/" })
        {
            yield return WrongRequest.Of("GET", $"/connections?client={value}", 400) with { Names = "client" };
        }

        foreach (string value in new[] { "byte", "BYTES", "-bytes", "rates", "bytes,rate" })
        {
            yield return WrongRequest.Of("GET", $"/top?by={value}", 400) with { Names = "by must be" };
        }

        foreach (string value in new[] { "yes", "1", "TRUE" })
        {
            yield return WrongRequest.Of("GET", $"/events?follow={value}", 400) with { Names = "follow must be" };
        }

        foreach (string id in new[] { "x", "-1", "1.5", "99999999999999999999", "1 2" })
        {
            yield return WrongRequest.Of("GET", "/events?follow=false", 400, null, $"Last-Event-ID: {id}");
        }

        yield return WrongRequest.Of("GET", "/ring.json", 400) with { Names = "pool is missing; there is test" };
        yield return WrongRequest.Of("GET", "/ring.json?pool=", 400);
        yield return WrongRequest.Of("GET", "/ring.json?pool=test&pool=test", 400) with { Names = "twice" };
    }

    private static IEnumerable<WrongRequest> PageBodies() => Pages.Select(static path =>
        WrongRequest.Of("GET", path, 400, "{}", JsonType) with { Names = "only a POST may have a body" });

    private static IEnumerable<WrongRequest> Huge()
    {
        string much = new('a', 65 * 1024);
        foreach (string path in Changes)
        {
            yield return WrongRequest.Json(path, $"\"{much}\"", 413) with { Names = "64 KiB" };
            yield return WrongRequest.Of("POST", path, 413, null, JsonType, "Content-Length: 9000000000000")
                with { Names = "64 KiB" };
            string chunked = $"POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{JsonType}\r\n"
                + $"Transfer-Encoding: chunked\r\n\r\n10400\r\n{much}\r\n0\r\n\r\n";
            yield return new WrongRequest("chunked", Encoding.ASCII.GetBytes(chunked), 413) { Names = "64 KiB" };
        }

        string lines = string.Concat(Enumerable.Repeat("X: y\r\n", 65));
        WrongRequest[] heads =
        [
            Raw("long header", $"GET / HTTP/1.1\r\nHost: a\r\nX: {much}\r\n\r\n", 431),
            Raw("many headers", $"GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n", 431),
            Raw("long line", $"GET /{much} HTTP/1.1\r\nHost: a\r\n\r\n", 414),
            Raw("long query", $"GET /top?{much} HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ];
        foreach (WrongRequest head in heads)
        {
            yield return head;
            yield return head with { OverTcp = true };
        }
    }

    private static IEnumerable<WrongRequest> NoHttp(Random random)
    {
        string[] texts =
        [
            "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
            "GET /\r\n\r\n", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000", "GET  / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n", "\r\n\r\n\r\n", "",
            "POST /reload HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /reload HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "GET http:// HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /reload HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
            "POST /reload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n",
        ];
        foreach (string text in texts) yield return Raw(text, text, 400, 404, 405, 411, 501, 505);
        for (int i = 0; i < 150; i++)
        {
            byte[] bytes = new byte[random.Next(1, 600)];
            random.NextBytes(bytes);
            yield return new WrongRequest($"random bytes {i}", bytes, 400, 414, 431, 505)
            {
                IsNoRequest = true,
                OverTcp = i % 2 == 0,
            };
        }
    }

    private static WrongRequest Raw(string what, string text, params int[] statuses) =>
        new(what, Encoding.Latin1.GetBytes(text), statuses) { IsNoRequest = true };
}
