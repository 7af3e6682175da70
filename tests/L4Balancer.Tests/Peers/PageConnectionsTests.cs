using System.Net.Sockets;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Live connections on the page at /, sorted and filtered by hand.</summary>
public sealed class PageConnectionsTests : PageFixture
{
    private const int Clients = 6;

    [Test]
    public async Task Heading_ClickedTwice_SortsDownThenUp()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint));
        using ChattyClients clients = await ChattyClients.ConnectAsync(daemon);
        await using PageTab page = await ShowConnectionsAsync(daemon);

        await page.ClickAsync("th[data-column=in] .sort");
        await page.UntilAsync("document.querySelector('.connections th[data-column=in]').ariaSort === 'descending'");
        string[] down = await ClientsAsync(page);
        await page.ClickAsync("th[data-column=in] .sort");
        await page.RefreshedAsync(2);
        string[] up = await ClientsAsync(page);

        Assert.Multiple(() =>
        {
            Assert.That(up, Is.EqualTo(clients.Names), "the first has said least");
            Assert.That(down, Is.EqualTo(clients.Names.Reverse()));
        });
    }

    [Test]
    public async Task Heading_ByKeyboard_SortsToo()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint));
        using ChattyClients clients = await ChattyClients.ConnectAsync(daemon);
        await using PageTab page = await ShowConnectionsAsync(daemon);

        await page.ValueAsync("document.querySelector('.connections th[data-column=out] .sort').focus()");
        await page.PressAsync("Tab", code: 9);
        await page.ValueAsync("document.querySelector('.connections th[data-column=in] .sort').focus()");
        await page.PressAsync("Enter", code: 13);

        await page.UntilAsync("document.querySelector('.connections th[data-column=in]').ariaSort === 'descending'");
        Assert.That(await ClientsAsync(page), Is.EqualTo(clients.Names.Reverse()));
    }

    [Test]
    public async Task Filter_ByClientAndBackend_ShowsThoseAndSaysWhatIsWrong()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint));
        using ChattyClients clients = await ChattyClients.ConnectAsync(daemon);
        await using PageTab page = await ShowConnectionsAsync(daemon);

        await page.ClickAsync("#filter-client");
        await page.TypeAsync("10.0.0.0/8");
        await page.UntilAsync("document.querySelectorAll('.connections tbody tr').length === 0");
        await page.TypeAsync("/nonsense");
        await page.UntilAsync("document.querySelector('#connections-note').dataset.level === 'bad'");
        string? wrong = await page.TextAsync("#connections-note");

        await page.ClickAsync("#filter button[type=reset]");
        await page.ClickAsync("#filter-backend");
        await page.TypeAsync($"test/{nginx.EndPoint}");
        await page.UntilAsync($"document.querySelectorAll('.connections tbody tr').length === {Clients}");

        Assert.Multiple(() =>
        {
            Assert.That(wrong, Does.Contain("client").And.Contain("prefix"));
            Assert.That(page.Complaints.Where(static one => !one.Contains("400", StringComparison.Ordinal)), Is.Empty);
        });
    }

    private static Task<string[]> ClientsAsync(PageTab page) =>
        page.TextsAsync(".connections tbody th[data-column=client]");

    private async Task<PageTab> ShowConnectionsAsync(DaemonProcess daemon)
    {
        PageTab page = await Browser.ShowAsync(daemon);
        await page.ValueAsync("document.querySelector('#connections').scrollIntoView({ behavior: 'instant' })");
        await page.UntilAsync($"document.querySelectorAll('.connections tbody tr').length === {Clients}");
        return page;
    }

    /// <summary>Connections that stay open, each of which has said more than the one before it.</summary>
    private sealed class ChattyClients : IDisposable
    {
        private readonly List<Socket> _sockets = [];

        /// <summary>Their addresses as the daemon sees them.</summary>
        public string[] Names => [.. _sockets.Select(static socket => socket.LocalEndPoint!.ToString()!)];

        public static async Task<ChattyClients> ConnectAsync(DaemonProcess daemon)
        {
            ChattyClients clients = new();
            for (int i = 0; i < Clients; i++)
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                clients._sockets.Add(socket);
                await socket.ConnectAsync(daemon.Address).Within();
                for (int j = 0; j <= i; j++) await socket.NameAsync();
            }

            return clients;
        }

        public void Dispose() => _sockets.ForEach(static socket => socket.Dispose());
    }
}
