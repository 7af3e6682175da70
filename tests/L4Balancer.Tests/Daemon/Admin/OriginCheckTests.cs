using L4Balancer.Daemon.Admin;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Admin;

/// <summary>Whose pages may change something.</summary>
internal sealed class OriginCheckTests
{
    [TestCase(null, null)]
    [TestCase("http://lb.example:9191", null)]
    [TestCase("http://LB.example:9191", "same-origin")]
    [TestCase(null, "none")]
    public void Problem_OwnPageOrNoBrowser_IsNone(string? origin, string? site) =>
        Assert.That(OriginCheck.Problem(Request(origin, site)), Is.Null);

    [TestCase("null", null)]
    [TestCase("http://evil.example", null)]
    [TestCase("http://lb.example", null)]
    [TestCase("http://lb.example:9192", null)]
    [TestCase("http://lb.example.evil.example:9191", null)]
    [TestCase("http://lb.example:9191@evil.example", null)]
    [TestCase("file://", null)]
    [TestCase("lb.example:9191", null)]
    [TestCase(null, "cross-site")]
    [TestCase(null, "Same-Site")]
    [TestCase("http://lb.example:9191", "cross-site")]
    public void Problem_ForeignPage_IsToldSo(string? origin, string? site) =>
        Assert.That(OriginCheck.Problem(Request(origin, site)), Does.Contain("may not change anything here"));

    private static HttpRequest Request(string? origin, string? site)
    {
        HttpRequest request = new DefaultHttpContext().Request;
        request.Host = new HostString("lb.example:9191");
        if (origin is not null) request.Headers.Origin = origin;
        if (site is not null) request.Headers["Sec-Fetch-Site"] = site;
        return request;
    }
}
