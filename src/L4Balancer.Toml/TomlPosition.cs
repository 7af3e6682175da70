using System.Globalization;

namespace L4Balancer.Toml;

/// <summary>A place in a document.</summary>
/// <param name="Line">The line, counted from 1. A line ends with a line feed.</param>
/// <param name="Column">
/// The column, counted from 1 in Unicode scalar values: a tab, a letter and an emoji are one column each, whatever they
/// take in bytes or on the screen. A byte order mark is not counted.
/// </param>
public readonly record struct TomlPosition(int Line, int Column)
{
    /// <summary><c>line:column</c>, as compilers and editors write it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Line}:{Column}");
}
