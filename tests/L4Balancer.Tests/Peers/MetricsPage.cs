using System.Globalization;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>What /metrics said at one moment.</summary>
internal sealed class MetricsPage(string text)
{
    private readonly string[] _lines = text.Split('\n');

    /// <summary>The value of a series, named as it stands in the page, and summed where more begin alike.</summary>
    public double this[string series]
    {
        get
        {
            string[] found = [.. _lines.Where(line => line.StartsWith(series, StringComparison.Ordinal))];
            Assert.That(found, Is.Not.Empty, series);
            return found.Sum(static line => double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
        }
    }
}
