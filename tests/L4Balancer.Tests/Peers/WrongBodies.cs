using static L4Balancer.Tests.Peers.WrongRequests;

namespace L4Balancer.Tests.Peers;

/// <summary>Changes whose bodies the admin side must refuse, and how.</summary>
internal static class WrongBodies
{
    private static readonly string[] BackendChanges = [.. Changes[2..6]];

    private static readonly string[] NoObjects =
    [
        "{", "}", "[]", "[{}]", "null", "true", "17", "\"drain\"", "{\"backend\"}", "{\"backend\":}", "{backend:1}",
        "{'backend':'a'}", "{\"backend\":\"a\",}", "{\"backend\":\"a\"} {}", "{\"backend\":\"a\"}x", " ", "\u0000",
        "{\"backend\":\"a\",\"backend\":\"b\"}", "{\"backend\":\"\\ud800\"}", "{\"backend\":1e999}",
        "// comment\n{}", "\uFEFF{}", "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":{}}}}}}}}}",
    ];

    /// <summary>All of them.</summary>
    public static IEnumerable<WrongRequest> All() => [.. ContentTypes(), .. Bodies(), .. Members(), .. Names()];

    private static IEnumerable<WrongRequest> ContentTypes()
    {
        string[] types =
        [
            "Content-Type: text/plain", "Content-Type: application/x-www-form-urlencoded",
            "Content-Type: multipart/form-data", "Content-Type: application/jsonp",
            "Content-Type: text/json", "X-None: 1",
        ];
        return from path in Changes
               from type in types
               select WrongRequest.Of("POST", path, 415, "{\"backend\":\"a\"}", type)
                   with { Names = "application/json" };
    }

    private static IEnumerable<WrongRequest> Bodies() =>
        from path in Changes from body in NoObjects select WrongRequest.Json(path, body);

    private static IEnumerable<WrongRequest> Members()
    {
        foreach (string path in Changes)
        {
            yield return WrongRequest.Json(path, "{\"backnd\":\"a\"}") with { Names = "backnd" };
            yield return WrongRequest.Json(path, "{\"\":1}") with { Names = "unknown member" };
            yield return WrongRequest.Json(path, "{\"__proto__\":{}}") with { Names = "__proto__" };
        }

        string[] noText = ["1", "true", "[]", "{}", "[\"a\"]", "\"\"", "1.5"];
        foreach (string path in BackendChanges)
        {
            yield return WrongRequest.Json(path, "{}") with { Statuses = [400] };
            yield return WrongRequest.Json(path, "{\"backend\":null,\"pool\":\"test\"}");
            foreach (string value in noText)
            {
                yield return WrongRequest.Json(path, $"{{\"backend\":{value},\"weight\":1}}") with { Statuses = [400] };
            }
        }

        foreach (string weight in new[] { "-1", "257", "1.5", "\"1\"", "[]", "true", "1e10", "99999999999999999999" })
        {
            yield return WrongRequest.Json("/backends/weight", $"{{\"backend\":\"a\",\"weight\":{weight}}}")
                with { Names = "weight must be" };
        }

        foreach (string seconds in new[] { "-1", "\"60s\"", "1e300", "[]", "true", "31536001" })
        {
            yield return WrongRequest.Json("/backends/drain", $"{{\"backend\":\"a\",\"deadline_seconds\":{seconds}}}")
                with { Names = "deadline_seconds must be" };
            yield return WrongRequest.Json("/drain", $"{{\"notice_seconds\":{seconds}}}")
                with { Names = "notice_seconds must be" };
        }

        string[] kills =
        [
            "{}", "{\"id\":null}", "{\"id\":\"x\"}", "{\"id\":\"1-2\"}", "{\"id\":\"1-2-3-4\"}", "{\"id\":\"-1-2-3\"}",
            "{\"id\":\"99999999999-0-0\"}", "{\"id\":17}", "{\"client\":\"x\"}", "{\"client\":\"10.0.0.0/33\"}",
            "{\"client\":\"10.0.0.0/-1\"}", "{\"client\":\"10.0.0.0/\"}", "{\"client\":5}", "{\"client\":\"::/129\"}",
            "{\"id\":\"0-1-1\",\"service\":\"test\"}", "{\"service\":\"\"}",
        ];
        foreach (string kill in kills) yield return WrongRequest.Json("/connections/kill", kill);
    }

    private static IEnumerable<WrongRequest> Names()
    {
        string[] names = ["a", "web", "127.0.0.1", "test/", "test/a", "other/a", "*", "🙂", new string('a', 9000)];
        foreach (string path in BackendChanges)
        {
            foreach (string name in names)
            {
                string known = path.EndsWith("weight", StringComparison.Ordinal) ? ",\"weight\":1" : "";
                yield return WrongRequest.Json(path, $"{{\"backend\":\"{name}\"{known}}}", 404)
                    with { Names = "there is no backend" };
                yield return WrongRequest.Json(path, $"{{\"pool\":\"{name}\",\"backend\":\"a\"{known}}}", 404)
                    with { Names = "there is no pool" };
            }
        }

        foreach (string name in names)
        {
            yield return WrongRequest.Json("/connections/kill", $"{{\"service\":\"{name}\"}}", 404);
            yield return WrongRequest.Json("/connections/kill", $"{{\"backend\":\"{name}\"}}", 404);
        }

        yield return WrongRequest.Json("/connections/kill", "{\"id\":\"0-4000000000-1\"}", 404);
        yield return WrongRequest.Of("GET", "/connections?service=tset", 404) with { Names = "did you mean 'test'?" };
        yield return WrongRequest.Of("GET", "/connections?backend=none", 404);
        yield return WrongRequest.Of("GET", "/ring.json?pool=tset", 404) with { Names = "did you mean 'test'?" };
    }
}
