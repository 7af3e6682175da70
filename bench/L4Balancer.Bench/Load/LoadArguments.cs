using System.Globalization;
using System.Net;
using L4Balancer.Net;

namespace L4Balancer.Bench.Load;

/// <summary>
/// The arguments of a load's command: <c>ADDRESS:PORT --name value ...</c>. The options are taken one by one; one that
/// is not possible, or that nobody takes, makes all of them wrong.
/// </summary>
internal sealed class LoadArguments
{
    private readonly Dictionary<string, string> _values = [];
    private bool _wrong;

    private LoadArguments(IpEndpoint address) => Address = address;

    /// <summary>To whom the load goes.</summary>
    public IpEndpoint Address { get; }

    /// <summary>All options were possible, and all were taken.</summary>
    public bool AreRight => !_wrong && _values.Count == 0;

    /// <summary>Reads the address and the options' names.</summary>
    /// <returns>Null where the address is none, or an option comes twice or without a value.</returns>
    public static LoadArguments? Parse(string[] args)
    {
        if (args.Length % 2 == 0 || !IPEndPoint.TryParse(args[0], out IPEndPoint? address)) return null;

        LoadArguments arguments = new(IpEndpoint.From(address));
        for (int i = 1; i < args.Length; i += 2)
        {
            if (!arguments._values.TryAdd(args[i], args[i + 1])) return null;
        }

        return arguments;
    }

    /// <summary>Takes a whole number.</summary>
    /// <param name="name">The option, with its dashes.</param>
    /// <param name="least">The smallest that is possible.</param>
    /// <param name="most">The largest that is possible.</param>
    /// <param name="absent">Where the option is not given; null where it has to be.</param>
    public int Take(string name, int least, int most, int? absent = null)
    {
        if (!_values.Remove(name, out string? text)) return absent ?? Refuse(least);
        return int.TryParse(text, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : Refuse(least);
    }

    /// <summary>Takes a time in seconds, from 0 to an hour; also parts of seconds.</summary>
    public TimeSpan TakeSeconds(string name, TimeSpan? absent = null)
    {
        if (!_values.Remove(name, out string? text)) return absent ?? Refuse(TimeSpan.Zero);
        return double.TryParse(text, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 3600
            ? TimeSpan.FromSeconds(value)
            : Refuse(TimeSpan.Zero);
    }

    /// <summary>Takes one of two words.</summary>
    /// <returns>True for the first, also where the option is not given.</returns>
    public bool TakeFirst(string name, string first, string second)
    {
        if (!_values.Remove(name, out string? text) || text == first) return true;
        return text != second && Refuse(true);
    }

    private T Refuse<T>(T instead)
    {
        _wrong = true;
        return instead;
    }
}
