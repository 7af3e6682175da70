using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>The events of a real daemon as a browser or a program gets them.</summary>
public sealed class AdminEventsTests
{
    private TestServer _server = null!;
    private DaemonProcess _daemon = null!;
    private AdminCaller _reader = null!;

    [SetUp]
    public async Task Start()
    {
        _server = TestServer.Echo();
        _daemon = await DaemonProcess.StartAsync(
            new DaemonFile(_server.EndPoint) { Service = "health.interval = \"20ms\"\nhealth.timeout = \"1s\"" });
        await _daemon.LoggedAsync("L4Balancer: ready"); // Which systemd is told before.
        _reader = _daemon.Reader;
    }

    [TearDown]
    public async Task Stop()
    {
        _reader.Dispose();
        await _daemon.DisposeAsync();
        _server.Dispose();
    }

    [Test]
    public async Task Events_WhatHappens_ArrivesWithItsFields()
    {
        await using IAsyncEnumerator<SseItem<string>> events = await WatchAsync();
        _server.Dispose(); // Its probes fail from now on.

        JsonElement told = JsonDocument.Parse((await NextAsync(events, "backend_down")).Data).RootElement;

        Assert.Multiple(() =>
        {
            Assert.That(told.GetProperty("level").GetString(), Is.EqualTo("warning"));
            Assert.That(told.GetProperty("event").GetString(), Is.EqualTo("backend_down"));
            Assert.That(told.GetProperty("message").GetString(), Does.StartWith("backend test/"));
            Assert.That(told.GetProperty("fields").GetProperty("pool").GetString(), Is.EqualTo("test"));
            Assert.That(
                told.GetProperty("fields").GetProperty("backend").GetString(), Is.EqualTo($"{_server.EndPoint}"));
        });
    }

    [Test]
    public async Task Events_OfThePast_AreTheLastOnesInOrder()
    {
        List<SseItem<string>> all = await PastAsync("/events?last=1000&follow=false");
        List<SseItem<string>> last = await PastAsync("/events?last=2&follow=false");

        Assert.Multiple(() =>
        {
            Assert.That(all.Select(static one => one.EventType), Does.Contain("starting").And.Contain("ready"));
            Assert.That(all.Select(Id), Is.Ordered.And.Unique);
            Assert.That(last.Select(Id), Is.EqualTo(all.TakeLast(2).Select(Id)));
        });
    }

    [Test]
    public async Task Events_LastEventId_GoesOnBehindIt()
    {
        List<SseItem<string>> all = await PastAsync("/events?last=1000&follow=false");
        List<SseItem<string>> rest = await PastAsync("/events?follow=false", all[1].EventId);

        Assert.That(rest.Select(Id), Is.EqualTo(all.Skip(2).Select(Id)));
    }

    [TestCase("0")]
    [TestCase("9000000000000000000")]
    public async Task Events_LastEventIdOfAnotherProcess_GetsThoseOfThisOne(string id)
    {
        List<SseItem<string>> events = await PastAsync("/events?follow=false", id);

        Assert.That(events.Select(static one => one.EventType), Does.Contain("starting").And.Contain("ready"));
    }

    [Test]
    public async Task Events_DaemonEnds_TheStreamEndsCleanly()
    {
        await using IAsyncEnumerator<SseItem<string>> events = await WatchAsync();
        Task<int> exit = _daemon.TerminateAsync();

        List<string> told = [];
        while (await events.MoveNextAsync().AsTask().Within()) told.Add(events.Current.EventType);

        Assert.That(told, Does.Contain("ending").And.Contain("ended"));
        Assert.That(await exit, Is.Zero);
    }

    [Test]
    public async Task Events_MoreStreamsThanTheLimit_AreRefusedAndTheRestStillAnswers()
    {
        List<Stream> streams = [];
        try
        {
            for (int i = 0; i < 24; i++)
            {
                streams.Add(await _reader.StreamAsync(new HttpRequestMessage(HttpMethod.Get, "/events?last=1")));
            }

            AdminReply refused = await _reader.GetAsync("/events");
            Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(refused.Error, Does.Contain("limit"));
            Assert.That((await _reader.GetAsync("/ready")).Status, Is.EqualTo(HttpStatusCode.OK));
        }
        finally
        {
            streams.ForEach(static stream => stream.Dispose());
        }

        await Eventually.TrueAsync(
            () => _reader.GetAsync("/events?follow=false").Result.Status == HttpStatusCode.OK, "places are free again");
    }

    /// <summary>A stream that has begun: its last event of the past is there.</summary>
    private async Task<IAsyncEnumerator<SseItem<string>>> WatchAsync()
    {
        IAsyncEnumerator<SseItem<string>> events = Read("/events?last=1");
        Assert.That(await events.MoveNextAsync().AsTask().Within(), Is.True);
        return events;
    }

    private static string Id(SseItem<string> one) => one.EventId!;

    private async Task<List<SseItem<string>>> PastAsync(string path, string? lastEventId = null)
    {
        List<SseItem<string>> events = [];
        await using IAsyncEnumerator<SseItem<string>> stream = Read(path, lastEventId);
        while (await stream.MoveNextAsync().AsTask().Within()) events.Add(stream.Current);
        return events;
    }

    private static async Task<SseItem<string>> NextAsync(IAsyncEnumerator<SseItem<string>> events, string name)
    {
        while (await events.MoveNextAsync().AsTask().Within())
        {
            if (events.Current.EventType == name) return events.Current;
        }

        throw new AssertionException($"the stream has ended without {name}");
    }

    private async IAsyncEnumerator<SseItem<string>> Read(string path, string? lastEventId = null)
    {
        HttpRequestMessage request = new(HttpMethod.Get, path);
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        await using Stream stream = await _reader.StreamAsync(request);
        await foreach (SseItem<string> one in SseParser.Create(stream).EnumerateAsync()) yield return one;
    }
}
