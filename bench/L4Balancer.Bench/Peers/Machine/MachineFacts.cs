using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace L4Balancer.Bench.Peers.Machine;

/// <summary>On what it was measured, and with which programs.</summary>
internal static class MachineFacts
{
    /// <summary>Processor, cores, memory, kernel.</summary>
    public static IEnumerable<(string What, string Value)> Machine()
    {
        string cpu = Field("/proc/cpuinfo", "model name") ?? RuntimeInformation.OSArchitecture.ToString();
        double kib = double.Parse((Field("/proc/meminfo", "MemTotal") ?? "0 kB").Split(' ')[0],
            CultureInfo.InvariantCulture);
        yield return ("processor", cpu);
        yield return ("cores", $"{CoreCount()}, load on core {Cores.Load}, balancers on core {Cores.Balancer}");
        yield return ("memory", string.Create(CultureInfo.InvariantCulture, $"{kib / (1 << 20):F1} GiB"));
        yield return ("kernel", File.ReadAllText("/proc/sys/kernel/osrelease").Trim());
    }

    /// <summary>Versions of all programs.</summary>
    public static IEnumerable<(string What, string Value)> Programs(string daemon)
    {
        yield return ("L4Balancer", FirstLine(daemon, "version"));
        yield return (".NET", RuntimeInformation.FrameworkDescription);
        yield return ("HAProxy", FirstLine("haproxy", "-v"));
        yield return ("nginx", FirstLine("nginx", "-v"));
        yield return ("wrk", FirstLine("wrk", "-v"));
        yield return ("iperf3", FirstLine("iperf3", "--version"));
    }

    /// <summary>Cores of the machine, whichever of them this program may use.</summary>
    public static int CoreCount() => File.ReadLines("/proc/stat").Count(static line =>
        line.StartsWith("cpu", StringComparison.Ordinal) && char.IsAsciiDigit(line[3]));

    private static string? Field(string file, string name) => File.ReadLines(file)
        .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':')[1].Trim();

    /// <summary>Programs disagree on where they say it, and on whether that is a success.</summary>
    private static string FirstLine(string program, string argument)
    {
        ProcessStartInfo start = new(program, [argument])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new MeasurementException($"{program}: not started");
        string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return output.Split('\n').FirstOrDefault(static line => line.Trim().Length > 0)?.Trim() ?? "unknown";
    }
}
