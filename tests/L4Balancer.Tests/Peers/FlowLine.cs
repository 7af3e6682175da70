using System.Globalization;
using System.Text.RegularExpressions;

namespace L4Balancer.Tests.Peers;

/// <summary>A flow record as the daemon prints it.</summary>
internal sealed partial record FlowLine(IReadOnlyDictionary<string, string> Fields)
{
    public string Reason => Fields["reason"];

    public string Backend => Fields["backend"];

    public string Client => Fields["client"];

    public long ClientBytes => long.Parse(Fields["client_bytes"], CultureInfo.InvariantCulture);

    public long ServerBytes => long.Parse(Fields["server_bytes"], CultureInfo.InvariantCulture);

    public static FlowLine Parse(string line) => new(Field().Matches(line)
        .ToDictionary(static field => field.Groups[1].Value, static field => field.Groups[2].Value));

    [GeneratedRegex(@"(\w+)=(\S+)")]
    private static partial Regex Field();
}
