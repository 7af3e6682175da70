using L4Balancer.Toml.Reading;

namespace L4Balancer.Toml;

/// <summary>
/// Reads TOML 1.0.0 into a document whose every key and value knows its line and column. Time and memory are linear in
/// the text, and no text makes it throw anything but <see cref="TomlException"/>. Beyond what TOML forbids it refuses
/// documents of more than 16 Mi characters or 1,000,000 values, nesting deeper than 128 levels, the year 0000 and leap
/// seconds. Thread-safe.
/// </summary>
public static class TomlReader
{
    /// <summary>Reads a document. A byte order mark at its start is skipped.</summary>
    /// <returns>The document's outermost table.</returns>
    /// <exception cref="TomlException">The text is not TOML 1.0.0; this is its first error.</exception>
    public static TomlTable Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Encodings.Check(text);
        return new DocumentReader(text).Read();
    }

    /// <summary>Reads a document as it stands in a file: UTF-8, with or without a byte order mark.</summary>
    /// <returns>The document's outermost table.</returns>
    /// <exception cref="TomlException">
    /// The bytes are not UTF-8, which is reported before anything else, or the text is not TOML 1.0.0.
    /// </exception>
    public static TomlTable Read(ReadOnlySpan<byte> utf8) => new DocumentReader(Encodings.Decode(utf8)).Read();
}
