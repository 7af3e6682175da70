using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using L4Balancer.Bench.Peers.Machine;

namespace L4Balancer.Bench.Peers.Balancers;

/// <summary>
/// A configuration that is read as it is and needs only be filled in: <c>{name}</c> stands for a value, and the lines
/// from <c># each tcp service</c> or <c># each udp service</c> to <c># end</c> are there once for every service, which
/// adds <c>{service}</c>, <c>{port}</c> and <c>{server_port}</c>.
/// </summary>
internal static partial class ConfigTemplate
{
    /// <summary>Fills it in. A line that becomes empty by it is left out.</summary>
    /// <exception cref="MeasurementException">A value is missing.</exception>
    public static string Fill(
        string template,
        IReadOnlyDictionary<string, string> values,
        IEnumerable<Service> services,
        Endpoints listeners,
        Endpoints servers)
    {
        StringBuilder filled = new();
        List<string>? repeated = null;
        bool udp = false;
        foreach (string line in template.TrimEnd('\n').Split('\n'))
        {
            string mark = line.Trim();
            if (mark is "# each tcp service" or "# each udp service")
            {
                repeated = [];
                udp = mark == "# each udp service";
            }
            else if (mark == "# end" && repeated is not null)
            {
                foreach (Service service in services.Where(one => one.IsUdp() == udp))
                {
                    Dictionary<string, string> all = new(values)
                    {
                        ["service"] = service.Word(),
                        ["port"] = Text(listeners[service]),
                        ["server_port"] = Text(servers[service]),
                    };
                    foreach (string one in repeated) Append(filled, one, all);
                }

                repeated = null;
            }
            else if (repeated is not null) repeated.Add(line);
            else Append(filled, line, values);
        }

        return filled.ToString();
    }

    private static void Append(StringBuilder filled, string line, IReadOnlyDictionary<string, string> values)
    {
        string text = Placeholder().Replace(line, match => values.TryGetValue(match.Groups[1].Value, out string? value)
            ? value
            : throw new MeasurementException($"a configuration asks for {match.Value}, which nobody gives"));
        if (text.Trim().Length > 0 || line.Length == 0) filled.Append(text.TrimEnd()).Append('\n');
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\{([a-z_]+)\}")]
    private static partial Regex Placeholder();
}
