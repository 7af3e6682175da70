namespace L4Balancer.Toml.Reading;

/// <summary>
/// What one document may ask for. The bounds are far above any configuration, and so low that a crafted text exhausts
/// neither the stack nor the memory: with both at their limit the reader takes some hundreds of MB.
/// </summary>
internal sealed class ReadLimits
{
    /// <summary>Bytes of UTF-8, or characters of a string.</summary>
    internal const int MaxLength = 16 * 1024 * 1024;

    /// <summary>
    /// Levels from the document to a value: every part of a header and of a key is one, and every array and inline
    /// table. A table of <c>[[name]]</c> counts as one level together with its array.
    /// </summary>
    internal const int MaxDepth = 128;

    /// <summary>Values of a document: scalars, arrays and tables.</summary>
    internal const int MaxValues = 1_000_000;

    private int _values;

    /// <summary>Counts one value that starts at a place, and throws when it is one too many.</summary>
    internal void CountValue(TomlPosition position)
    {
        if (++_values > MaxValues) throw new TomlException(position, "the document has more than 1,000,000 values");
    }

    /// <summary>Throws when a value at a place would lie deeper than <see cref="MaxDepth"/>.</summary>
    internal static void CheckDepth(int depth, TomlPosition position)
    {
        if (depth > MaxDepth) throw new TomlException(position, "this is nested more than 128 levels deep");
    }

    /// <summary>Throws when a document is longer than <see cref="MaxLength"/>.</summary>
    internal static void CheckLength(int length)
    {
        if (length > MaxLength) throw new TomlException(new TomlPosition(1, 1), "the document is larger than 16 MiB");
    }
}
