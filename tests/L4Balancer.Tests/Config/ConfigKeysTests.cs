using System.Reflection;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Tests.Daemon.Configuration;
using NUnit.Framework;

namespace L4Balancer.Tests.Config;

/// <summary>No property of a configuration is forgotten where configurations are compared.</summary>
internal sealed class ConfigKeysTests
{
    private static readonly (string Protocol, string Health)[] Kinds =
    [
        ("tcp", "type = \"udp\", send = \"ping\""),
        ("udp", "type = \"udp\", send = \"ping\""),
        ("tcp", "type = \"http\", https = true"),
        ("tcp", "type = \"send_expect\", steps = [{ expect = \"220\" }]"),
        ("tcp", "type = \"exec\", command = [\"/bin/sh\"]"),
    ];

    private static readonly BalancerConfig[] Services =
    [
        .. Kinds.Select(static kind => ConfigTexts.Good(
            $$"""
            [global]
            allow_exec = true
            [service.a]
            protocol = "{{kind.Protocol}}"
            listen = "192.0.2.1:80"
            backends = ["10.0.0.1:80"]
            balance = "maglev"
            health = { {{kind.Health}}, agent_port = 1 }
            """)),
    ];

    private static IEnumerable<string> Properties() =>
        Services.SelectMany(service => Changed(service, "")).Select(static change => change.Path).Distinct();

    [TestCaseSource(nameof(Properties))]
    public void Between_AnyPropertyChanged_SaysSo(string property)
    {
        IEnumerable<bool> isTold =
            from service in Services
            from change in Changed(service, "")
            where change.Path == property
            select !ConfigDiff.Between(service, (BalancerConfig)change.Record).IsEmpty;

        Assert.That(isTold, Has.Some.True);
    }

    /// <summary>A record with one property changed, for each property of it and of the records in it.</summary>
    private static IEnumerable<(string Path, object Record)> Changed(object record, string path)
    {
        foreach (PropertyInfo property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            foreach ((string inner, object? value) in Values(property.GetValue(record), $"{path}{property.Name}"))
            {
                object copy = record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;
                property.SetValue(copy, value);
                yield return (inner, copy);
            }
        }
    }

    private static IEnumerable<(string Path, object? Value)> Values(object? value, string path) => value switch
    {
        FlowProtocol protocol => [(path, protocol == FlowProtocol.Tcp ? FlowProtocol.Udp : FlowProtocol.Tcp)],
        Enum any => [(path, Enum.ToObject(any.GetType(), Convert.ToInt32(any) == 0 ? 1 : 0))],
        int number => [(path, number + 1)],
        ushort number => [(path, (ushort)(number + 1))],
        ulong number => [(path, number + 1)],
        double number => [(path, number + 1)],
        bool flag => [(path, !flag)],
        string text => [(path, text + "x")],
        TimeSpan duration => [(path, duration + TimeSpan.FromSeconds(1))],
        ReadOnlyMemory<byte> bytes => [(path, (ReadOnlyMemory<byte>)(byte[])[.. bytes.Span, 1])],
        IpAddress => [(path, IpAddress.FromV4(1))],
        IpEndpoint endpoint => [(path, endpoint with { Port = 1 }), (path, null)],
        HashOn => [(path, HashOn.SourcePrefix(24, 64))],
        FlowLogFilter => [(path, FlowLogFilter.None)],
        IReadOnlyList<ushort> ports => [(path, (ushort[])[.. ports, 1])],
        IReadOnlyList<IpEndpoint> servers => [(path, (IpEndpoint[])[.. servers, default])],
        IReadOnlyList<ListenAddress> => [(path, Array.Empty<ListenAddress>())],
        IReadOnlyList<ServiceConfig> services => Items(services, path),
        IReadOnlyList<BackendConfig> backends => Items(backends, path),
        not null when value.GetType().GetMethod("<Clone>$") is not null => Changed(value, $"{path}.")
            .Select(static change => (change.Path, (object?)change.Record)),
        AnswerPattern => [(path, AnswerPattern.Of("other"u8.ToArray()))],
        HttpStatusSet => [(path, HttpStatusSet.Parse("404"))],
        IReadOnlyList<ProbeStep> => [(path, (ProbeStep[])[new ProbeStep { MinBytes = 1 }])],
        IReadOnlyList<string> => [(path, (string[])["/bin/true"])],
        _ => throw new NotSupportedException($"{path} has a type that this test cannot change yet"),
    };

    private static IEnumerable<(string Path, object? Value)> Items<T>(IReadOnlyList<T> items, string path)
        where T : class =>
        Changed(items[0], $"{path}.").Select(static change => (change.Path, (object?)new[] { (T)change.Record }));
}
