using System.Globalization;

namespace L4Balancer.Daemon.Commands.Display;

/// <summary>Numbers as people read them, in few characters.</summary>
internal static class Quantities
{
    private const double Step = 1024;
    private const int TensOnly = 10; // Below it a decimal place tells something.

    private static readonly string[] ByteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    private static readonly (string Name, TimeSpan Length)[] TimeUnits =
    [
        ("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)),
        ("s", TimeSpan.FromSeconds(1)),
    ];

    /// <summary><c>1234567</c>.</summary>
    public static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary><c>0B</c>, <c>1.5KiB</c>, <c>23MiB</c>.</summary>
    public static string Bytes(double bytes)
    {
        int unit = 0;
        while (Math.Round(bytes) >= Step && unit < ByteUnits.Length - 1)
        {
            bytes /= Step;
            unit++;
        }

        string format = unit > 0 && Math.Round(bytes, 1) < TensOnly ? "0.0" : "0";
        return bytes.ToString(format, CultureInfo.InvariantCulture) + ByteUnits[unit];
    }

    /// <summary><c>0</c>, <c>0.4</c>, <c>23</c>: of something in a second.</summary>
    public static string Rate(double rate)
    {
        string format = rate > 0 && Math.Round(rate, 1) < TensOnly ? "0.0" : "0";
        return rate.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary><c>50%</c>, <c>0.4%</c>.</summary>
    public static string Percent(double share) => Rate(share * 100) + "%";

    /// <summary>The two largest units: <c>4d3h</c>, <c>12m</c>, <c>2m11s</c>; below ten seconds <c>1.5s</c>.</summary>
    public static string Duration(TimeSpan time)
    {
        if (time < TimeSpan.Zero) return "0s";
        if (time < TimeSpan.FromSeconds(TensOnly))
        {
            return (Math.Floor(time.TotalSeconds * 10) / 10).ToString("0.#", CultureInfo.InvariantCulture) + "s";
        }

        int unit = Array.FindIndex(TimeUnits, one => time >= one.Length);
        string text = Part(time, unit);
        TimeSpan rest = TimeSpan.FromTicks(time.Ticks % TimeUnits[unit].Length.Ticks);
        return unit + 1 < TimeUnits.Length && rest >= TimeUnits[unit + 1].Length ? text + Part(rest, unit + 1) : text;
    }

    /// <summary>The same of seconds.</summary>
    public static string Duration(double seconds) => Duration(TimeSpan.FromSeconds(seconds));

    private static string Part(TimeSpan time, int unit) =>
        Count(time.Ticks / TimeUnits[unit].Length.Ticks) + TimeUnits[unit].Name;
}
