using System.Globalization;
using System.Text;
using L4Balancer.Health;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>The reading of HTTP answers, however they are cut into pieces.</summary>
public sealed class HttpAnswerTests
{
    private const int Bodies = 500;

    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", 200, false, 12)]
    [TestCase("HTTP/1.0 503\r\n\r\n", 503, false, null)]
    [TestCase("HTTP/1.1 404 Not Found\nserver: x\n\n", 404, false, null)]
    [TestCase("HTTP/1.1 200 OK\r\nTRANSFER-ENCODING:chunked \r\nX:\r\n\r\n", 200, true, null)]
    [TestCase("HTTP/1.1 200 OK\r\ncontent-length: 3\r\nContent-Length: 3\r\n\r\n", 200, false, 3)]
    public void TryRead_Head_IsReadWhenItIsWholeAndNotBefore(string text, int status, bool isChunked, int? length)
    {
        byte[] bytes = Encoding.Latin1.GetBytes($"{text}HTTP/1.1 500 the body\r\n\r\n");
        for (int count = 0; count < text.Length; count++)
        {
            Assert.That(HttpHead.TryRead(bytes.AsSpan(0, count), out _), Is.Null, text[..count]);
        }

        Assert.That(HttpHead.TryRead(bytes, out HttpHead head), Is.True);
        Assert.That(head, Is.EqualTo(new HttpHead(status, text.Length, isChunked, length)));
    }

    [TestCase("SSH-2.0")]
    [TestCase("HTTP/2 200\r\n\r\n")]
    [TestCase("HTTP/1.1 OK\r\n\r\n")]
    [TestCase("HTTP/1.1 20\r\n\r\n")]
    [TestCase("HTTP/1.1 2000\r\n\r\n")]
    [TestCase("HTTP/1.1 099 x\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    public void TryRead_AnythingElse_IsNoHead(string text) =>
        Assert.That(HttpHead.TryRead(Encoding.Latin1.GetBytes(text), out _), Is.False);

    [Test]
    public void Join_AnyBodyInAnyChunksCutAnywhere_IsItsBeginning()
    {
        Random random = new(11);
        for (int i = 0; i < Bodies; i++)
        {
            byte[] body = new byte[random.Next(200)];
            random.NextBytes(body);
            byte[] chunks = Chunked(body, random);
            byte[] joined = new byte[chunks.Length];
            int cut = random.Next(chunks.Length);

            Assert.That(HttpChunks.Join(chunks, joined, out int count), Is.EqualTo(HttpChunks.State.Whole));
            Assert.That(joined.AsSpan(0, count).SequenceEqual(body), Is.True);
            HttpChunks.State state = HttpChunks.Join(chunks.AsSpan(0, cut), joined, out count);
            Assert.That(state, Is.Not.EqualTo(HttpChunks.State.Broken), $"{Convert.ToHexString(chunks)} cut at {cut}");
            Assert.That(joined.AsSpan(0, count).SequenceEqual(body.AsSpan(0, count)), Is.True);
            if (count < body.Length) Assert.That(state, Is.EqualTo(HttpChunks.State.Partial));
        }
    }

    [TestCase("x\r\n")]
    [TestCase("\r\n")]
    [TestCase("-1\r\n")]
    [TestCase("fffffffff\r\n")]
    [TestCase("80000000\r\n")]
    [TestCase("2\r\nabc\r\n")]
    [TestCase("2 2\r\nab\r\n")]
    public void Join_NoChunks_AreBroken(string text) => Assert.That(
        HttpChunks.Join(Encoding.ASCII.GetBytes(text), new byte[text.Length], out _),
        Is.EqualTo(HttpChunks.State.Broken));

    private static byte[] Chunked(byte[] body, Random random)
    {
        List<byte> chunks = [];
        for (int at = 0; at < body.Length;)
        {
            int size = random.Next(1, body.Length - at + 1);
            string digits = size.ToString(random.Next(2) == 0 ? "x" : "X4", CultureInfo.InvariantCulture);
            chunks.AddRange(Encoding.ASCII.GetBytes($"{digits}{(random.Next(3) == 0 ? ";a=b" : "")}\r\n"));
            chunks.AddRange(body.AsSpan(at, size));
            chunks.AddRange("\r\n"u8);
            at += size;
        }

        return [.. chunks, .. "0\r\n\r\n"u8];
    }
}
