using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using L4Balancer.Net;

namespace L4Balancer.Config;

/// <summary>Values as the configuration writes them, so that the daemon's reader reads the same value back.</summary>
internal static class ConfigText
{
    private const string HexPrefix = "hex:";
    private const string ExpressionPrefix = "re:";

    private static readonly SearchValues<char> PlainSigns =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:[]%/@*");

    /// <summary>A whole number.</summary>
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A number of any size.</summary>
    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>true or false.</summary>
    public static string Boolean(bool value) => value ? "true" : "false";

    /// <summary>A list of ports; their order has no meaning.</summary>
    public static string Ports(IEnumerable<ushort> ports) =>
        $"[{string.Join(", ", ports.Distinct().Order().Select(static port => Number(port)))}]";

    /// <summary>Which flows leave a record.</summary>
    public static string Flows(FlowLogFilter filter) =>
        Array.Exists(ConfigWords.FlowFilters, known => known.Value == filter)
            ? ConfigWords.Of(ConfigWords.FlowFilters, filter)
            : $"1/{Number(filter.OneIn)}";

    /// <summary>What of a flow is hashed.</summary>
    public static string HashedPart(HashOn hashOn)
    {
        if (Array.Exists(ConfigWords.HashedParts, known => known.Value == hashOn))
        {
            return ConfigWords.Of(ConfigWords.HashedParts, hashOn);
        }

        string v4 = $"source/{Number(hashOn.V4Bits)}";
        return hashOn.V6Bits == HashOn.UsualV6Bits ? v4 : $"{v4},{Number(hashOn.V6Bits)}";
    }

    /// <summary>Bytes, as text where they are one that nobody could take for hexadecimal digits.</summary>
    public static string Bytes(ReadOnlyMemory<byte> bytes)
    {
        string? text = Utf8.IsValid(bytes.Span) ? Encoding.UTF8.GetString(bytes.Span) : null;
        bool isReadable = text is not null
            && !text.StartsWith(HexPrefix, StringComparison.Ordinal) && !text.StartsWith("0x", StringComparison.Ordinal)
            && !text.Any(static sign => char.IsControl(sign) && sign is not ('\r' or '\n' or '\t'));
        return isReadable ? text! : HexPrefix + Convert.ToHexStringLower(bytes.Span);
    }

    /// <summary>What an answer must contain.</summary>
    public static string Pattern(AnswerPattern pattern)
    {
        if (pattern.Expression is { } expression) return ExpressionPrefix + expression;

        string text = Bytes(pattern.Bytes);
        return text.StartsWith(ExpressionPrefix, StringComparison.Ordinal)
            ? HexPrefix + Convert.ToHexStringLower(pattern.Bytes.Span)
            : text;
    }

    /// <summary>A list of strings.</summary>
    public static string Strings(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Quoted))}]";

    /// <summary>The steps of a probe.</summary>
    public static string Steps(IEnumerable<ProbeStep> steps) => $"[{string.Join(", ", steps.Select(Step))}]";

    private static string Step(ProbeStep step)
    {
        List<string> keys = [];
        if (!step.Send.IsEmpty) keys.Add($"send = {Quoted(Bytes(step.Send))}");
        if (!step.Expect.IsEmpty) keys.Add($"expect = {Quoted(Pattern(step.Expect))}");
        if (step.MinBytes > 0) keys.Add($"min_bytes = {Number(step.MinBytes)}");
        return $"{{ {string.Join(", ", keys)} }}";
    }

    /// <summary>An address; none for that which leaves the choice to the kernel.</summary>
    public static string OptionalAddress(IpAddress address) => address.IsAny ? "" : address.ToString();

    /// <summary>A list of addresses with ports; their order counts.</summary>
    public static string Endpoints(IEnumerable<IpEndpoint> endpoints) =>
        $"[{string.Join(", ", endpoints.Select(static one => Quoted(one.ToString())))}]";

    /// <summary>Where a backend is.</summary>
    public static string Address(BackendConfig backend) => Address(backend.Host, backend.Port);

    /// <summary>A host with a port; SRV records have none.</summary>
    public static string Address(string host, ushort port)
    {
        if (port == 0) return BackendConfig.SrvPrefix + host;

        bool needsBrackets = host.Contains(':', StringComparison.Ordinal);
        return $"{(needsBrackets ? $"[{host}]" : host)}:{Number(port)}";
    }

    /// <summary>A string of TOML.</summary>
    public static string Quoted(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (char sign in text)
        {
            _ = sign switch
            {
                '"' or '\\' => quoted.Append('\\').Append(sign),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                _ when char.IsControl(sign) => quoted.Append("\\u00").Append(Convert.ToHexStringLower([(byte)sign])),
                _ => quoted.Append(sign),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A key of TOML, in quotes where it needs them.</summary>
    public static string Key(string name) =>
        name.Length > 0 && name.All(static sign => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '_')
            ? name
            : Quoted(name);

    /// <summary>A string in a sentence: in quotes where one could not see where it begins and ends.</summary>
    public static string Shown(string text) =>
        text.Length == 0 || text.AsSpan().ContainsAnyExcept(PlainSigns) ? Quoted(text) : text;
}
