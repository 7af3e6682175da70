using System.Text.Json;
using L4Balancer.Config;
using L4Balancer.Daemon.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Logging;

/// <summary>The log's messages as events.</summary>
internal sealed class EventFeedTests
{
    private readonly ManualTime _time = new();
    private EventFeed _feed = null!;
    private ILogger _logger = null!;

    [SetUp]
    public void Make()
    {
        _feed = new EventFeed(_time);
        _logger = _feed.CreateLogger(LogSetup.Category);
    }

    [TearDown]
    public void Dispose() => _feed.Dispose();

    [Test]
    public void Event_OfAMessage_HasItsNameTextLevelAndValues()
    {
        long before = _feed.LastId;
        _logger.DrainNotice(1.5);

        DaemonEvent told = _feed.After(before).Single();
        JsonElement json = JsonDocument.Parse(told.Json).RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(told.Name, Is.EqualTo("drain_notice"));
            Assert.That(json.GetProperty("id").GetInt64(), Is.EqualTo(before + 1).And.EqualTo(told.Id));
            Assert.That(json.GetProperty("event").GetString(), Is.EqualTo("drain_notice"));
            Assert.That(json.GetProperty("level").GetString(), Is.EqualTo("warning"));
            Assert.That(json.GetProperty("time").GetDateTimeOffset(), Is.EqualTo(_time.GetUtcNow()));
            Assert.That(json.GetProperty("message").GetString(), Does.StartWith("drain: not ready any more"));
            Assert.That(json.GetProperty("fields").ToString(), Is.EqualTo("{\"seconds\":1.5}"));
        });
    }

    [Test]
    public void Event_OfAnEarlierProcess_HasASmallerId()
    {
        _logger.Ready();
        using EventFeed next = new(ManualTimeLater());

        Assert.That(next.LastId, Is.GreaterThan(_feed.LastId));
        Assert.That(next.MissedAfter(_feed.LastId), Is.Zero, "what an earlier process knew nobody has missed");
    }

    [TestCase(LogLevelName.Debug)]
    [TestCase(LogLevelName.Error)]
    public void Events_WhateverTheLogLevel_AreThisProgramsFromInformationOn(LogLevelName level)
    {
        ServiceCollection services = new();
        services.AddLogging(logging => LogSetup.Apply(logging, new LogConfig { Level = level }));
        using ServiceProvider provider = services.BuildServiceProvider();
        ILoggerFactory loggers = provider.GetRequiredService<ILoggerFactory>();
        EventFeed feed = provider.GetRequiredService<EventFeed>();
        long before = feed.LastId;

        loggers.CreateLogger(LogSetup.Category).Ready();
        loggers.CreateLogger(LogSetup.Category).Log(
            LogLevel.Debug, new EventId(1, "Detail"), "detail", null, static (text, _) => text);
        loggers.CreateLogger("Microsoft.AspNetCore.Server.Kestrel").Log(
            LogLevel.Error, new EventId(2, "Other"), "other", null, static (text, _) => text);

        Assert.That(feed.After(before).Select(static one => one.Name), Is.EqualTo(new[] { "ready" }));
    }

    [Test]
    public void After_MoreThanTheRingHolds_TheNewestAreKeptAndTheMissedCounted()
    {
        long before = _feed.LastId;
        for (int i = 0; i < EventFeed.Capacity + 7; i++) _logger.Ready();

        IReadOnlyList<DaemonEvent> kept = _feed.After(before);
        Assert.Multiple(() =>
        {
            Assert.That(kept, Has.Count.EqualTo(EventFeed.Capacity));
            Assert.That(kept.Select(static one => one.Id), Is.Ordered.And.Unique);
            Assert.That(kept[^1].Id, Is.EqualTo(_feed.LastId));
            Assert.That(_feed.MissedAfter(before), Is.EqualTo(7));
            Assert.That(_feed.MissedAfter(kept[0].Id), Is.Zero);
            Assert.That(_feed.After(_feed.LastId), Is.Empty);
        });
    }

    [Test]
    public async Task NewsAfter_CompletesForWhoHasNotSeenTheLastAlone()
    {
        long before = _feed.LastId;
        Task waits = _feed.NewsAfterAsync(before);
        Assert.That(waits.IsCompleted, Is.False);

        _logger.Ready();
        await waits.Within();

        Assert.That(_feed.NewsAfterAsync(before).IsCompleted, Is.True);
        Assert.That(_feed.NewsAfterAsync(_feed.LastId).IsCompleted, Is.False);
    }

    private static ManualTime ManualTimeLater()
    {
        ManualTime later = new();
        later.Advance(TimeSpan.FromSeconds(1));
        return later;
    }
}
