using System.Text;
using L4Balancer.Config;
using L4Balancer.Tests.Health;
using L4Balancer.Tests.Processes;
using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>The keys that some kinds of probes have alone: how they are read, and what does not go together.</summary>
internal sealed class ProbeKeysTests
{
    private const string Own = "[service.web]\nlisten = \"*:80\"\nbackends = [\"a:1\"]\n";
    private const string Permit = "[global]\nallow_exec = true\n";

    [Test]
    public void Parse_TlsProbe_ArrivesInItsRecord()
    {
        using TempFolder folder = new();
        using TestCertificate authority = TestCertificate.Authority(folder);
        HealthConfig health = Health(
            "type = \"tls\", "
            + $"tls = {{ name = \"a.example.net\", verify = true, ca = \"{authority.CertificateFile}\" }}");

        Assert.That(health.Type, Is.EqualTo(ProbeType.Tls));
        Assert.That(health.Tls, Is.EqualTo(
            new TlsProbeConfig { Name = "a.example.net", Verify = true, Ca = authority.CertificateFile }));
    }

    [Test]
    public void Parse_HttpProbe_ArrivesInItsRecord()
    {
        HealthConfig health = Health(
            "type = \"http\", port = 8443, https = true, method = \"HEAD\", path = \"/a?b=%20\", host = \"[::1]:80\", "
            + "status = \"200,404-405\", tls.name = \"b\"");

        Assert.That(health.Type, Is.EqualTo(ProbeType.Http));
        Assert.That(health.Port, Is.EqualTo(8443));
        Assert.That(health.Tls.Name, Is.EqualTo("b"));
        Assert.That(health.Http, Is.EqualTo(new HttpProbeConfig
        {
            Https = true, Method = "HEAD", Path = "/a?b=%20", Host = "[::1]:80",
            Status = HttpStatusSet.Parse("200,404-405")!,
        }));
    }

    [TestCase("all good", "all good", null)]
    [TestCase("hex:00 ff", "\u0000\u00ff", null)]
    [TestCase("re:^ok$", "", "^ok$")]
    public void Parse_Body_IsTextOrBytesOrAnExpression(string written, string bytes, string? expression)
    {
        AnswerPattern body = Health($"type = \"http\", body = \"{written}\"").Http.Body;

        Assert.That(body.Bytes.ToArray(), Is.EqualTo(Encoding.Latin1.GetBytes(bytes)));
        Assert.That(body.Expression, Is.EqualTo(expression));
    }

    [Test]
    public void Parse_Dialogue_ArrivesInItsRecord()
    {
        HealthConfig health = Health(
            "type = \"send_expect\", steps = [{ expect = \"re:^220\" }, { send = \"hex:0d0a\" }, { min_bytes = 9 }]");

        Assert.That(health.Steps, Has.Count.EqualTo(3));
        Assert.That(health.Steps[0].Expect.Expression, Is.EqualTo("^220"));
        Assert.That(health.Steps[1].Send.ToArray(), Is.EqualTo("\r\n"u8.ToArray()));
        Assert.That(health.Steps[2], Is.EqualTo(new ProbeStep { MinBytes = 9 }));
    }

    [Test]
    public void Parse_Program_ArrivesInItsRecord()
    {
        string text = $"{Permit}{Own}health = {{ type = \"exec\", command = [\"/bin/sh\", \"-c\", \"\"] }}";

        Assert.That(Good(text).Services.Single().Pool.Health.Command, Is.EqualTo(new[] { "/bin/sh", "-c", "" }));
    }

    [Test]
    public void Parse_KeysOfEveryKindInDefaults_AreNobodysFault() => Assert.That(
        Problems(
            "[defaults.health]\nsend = \"x\"\nexpect = \"y\"\nsteps = [{ expect = \"z\" }]\npath = \"/alive\"\n"
            + $"command = [\"/bin/sh\"]\ntls.name = \"a\"\n{Own}"),
        Is.Empty);

    [TestCase("type = \"tls\", path = \"/\"",
        "4:26: error: 'path' means nothing to a probe of type \"tls\"; write type = \"http\" or remove it")]
    [TestCase("type = \"tcp\", tls.verify = true",
        "4:26: error: 'tls' means nothing to a probe of type \"tcp\"; write type = \"tls\" or \"http\" or remove it")]
    [TestCase("type = \"http\", tls.name = \"a\"",
        "4:27: error: 'tls' means nothing to an HTTP probe without TLS; write https = true or remove it")]
    [TestCase("type = \"tls\", tls = { verify = true, ca = \"ca.pem\" }",
        "4:54: error: 'ca' needs a full path, from the first slash on, not \"ca.pem\"")]
    [TestCase("type = \"tls\", tls = { verify = true, ca = \"/nowhere\" }",
        "4:54: error: 'ca' names a file that there is not, or that may not be seen: /nowhere")]
    [TestCase("type = \"tls\", tls = { verify = true, ca = \"/etc/passwd\" }",
        "4:54: error: 'ca' names a file without a certificate in PEM: /etc/passwd")]
    [TestCase("type = \"tls\", tls.name = \"a b\"",
        "4:37: error: 'name' must be a host name such as \"www.example.net\"")]
    [TestCase("type = \"http\", path = \"index\"",
        "4:34: error: 'path' must be ASCII from its first slash on, without blanks and #, of at most 1000 characters; "
        + "write others as in %20")]
    [TestCase("type = \"http\", method = \"CONNECT\"",
        "4:36: error: 'method' must be \"GET\", \"HEAD\", \"OPTIONS\" or \"POST\", not \"CONNECT\"")]
    [TestCase("type = \"http\", status = \"2xx\"",
        "4:36: error: 'status' must be codes and ranges of them from 100 to 599, as in \"200-299, 404\", not \"2xx\"")]
    [TestCase("type = \"http\", method = \"HEAD\", body = \"x\"",
        "4:51: error: the answer to method = \"HEAD\" has no body; remove 'body' or write method = \"GET\"")]
    [TestCase("type = \"http\", body = \"re:(\"",
        "4:34: error: 'body' has an expression that cannot be used: not enough )'s at its character 1")]
    [TestCase("type = \"http\", body = \"re:ü\"",
        "4:34: error: 'body' has 'ü' in its expression, which looks at bytes; write each byte as in \\xc3")]
    [TestCase("type = \"http\", body = \"re:\"", "4:34: error: 'body' has no expression behind \"re:\"")]
    [TestCase("type = \"send_expect\", send = \"x\"",
        "4:19: error: the probe of [service.web] expects nothing; write expect = \"...\", or steps of which one does")]
    [TestCase("type = \"send_expect\", steps = [{ send = \"x\" }]",
        "4:19: error: the probe of [service.web] expects nothing; write expect = \"...\" in one of its steps")]
    [TestCase("type = \"send_expect\", expect = \"x\", steps = [{ expect = \"x\" }]",
        "4:34: error: 'expect' is a dialogue of one step, and 'steps' another; keep one of them")]
    [TestCase("type = \"send_expect\", steps = [{ expect = \"x\" }, {}]",
        "4:61: error: a step needs send, expect or min_bytes")]
    [TestCase("type = \"send_expect\", steps = [{ expect = \"x\" }, \"PING\"]",
        "4:61: error: a step must be a table such as { send = \"PING\", expect = \"PONG\" }, not a string")]
    [TestCase("type = \"send_expect\", steps = [{ expect = \"x\", min_byte = 3 }]",
        "4:59: error: unknown key 'min_byte' in [service.web.health.steps[0]]; did you mean 'min_bytes'?")]
    [TestCase("type = \"send_expect\", steps = [{ min_bytes = 16385 }]",
        "4:57: error: 'min_bytes' must be from 0 to 16384, not 16385")]
    [TestCase("type = \"exec\", command = [\"/bin/sh\"]",
        "4:19: error: the probe of [service.web] runs a program, which allow_exec = true in [global] has to permit")]
    public void Parse_WhatDoesNotGoTogether_IsOneErrorWithItsPlace(string keys, string problem) =>
        Assert.That(Problems($"{Own}health = {{ {keys} }}"), Is.EqualTo(new[] { problem }));

    [Test]
    public void Parse_AuthoritiesOfWhatIsNotVerified_IsAnError()
    {
        using TempFolder folder = new();
        using TestCertificate authority = TestCertificate.Authority(folder);

        Assert.That(
            Problems($"{Own}health = {{ type = \"tls\", tls.ca = \"{authority.CertificateFile}\" }}"),
            Is.EqualTo(new[]
            {
                "4:35: error: 'ca' says who is trusted, and nothing is verified; write verify = true or remove it",
            }));
    }

    [TestCase("", "6:19: error: the probe of [service.web] has no program to run; write command = "
        + "[\"/full/path\", \"argument\"]")]
    [TestCase(", command = [\"sh\"]", "6:38: error: 'command' needs a full path, from the first slash on, not \"sh\"")]
    [TestCase(", command = [\"/nowhere/sh\"]",
        "6:38: error: 'command' names a file that there is not, or that may not be seen: /nowhere/sh")]
    [TestCase(", command = [\"/etc\"]", "6:38: error: 'command' names a directory: /etc")]
    [TestCase(", command = [\"/etc/passwd\"]",
        "6:38: error: 'command' names a file that is not executable: /etc/passwd; chmod +x makes it so")]
    [TestCase(", command = [\"/bin/sh\", 7]", "6:49: error: 'command' must be a list of strings without NUL")]
    public void Parse_ProgramThatCannotBeRun_IsAnError(string keys, string problem) =>
        Assert.That(Problems($"{Permit}{Own}health = {{ type = \"exec\"{keys} }}"), Is.EqualTo(new[] { problem }));

    private static HealthConfig Health(string keys) =>
        Good($"{Own}health = {{ {keys} }}").Services.Single().Pool.Health;
}
