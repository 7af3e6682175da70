using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Tests of the page that share one browser; each opens tabs of its own.</summary>
public abstract class PageFixture
{
    private PageBrowser _browser = null!;

    private protected PageBrowser Browser => _browser;

    [OneTimeSetUp]
    public async Task StartBrowser() => _browser = await PageBrowser.StartAsync();

    [OneTimeTearDown]
    public async Task EndBrowser() => await _browser.DisposeAsync();
}
