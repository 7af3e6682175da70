namespace L4Balancer.Toml;

/// <summary>A key of a table and its value.</summary>
/// <param name="Key">The key as TOML means it: without quotes, escapes replaced, one part of a dotted key.</param>
/// <param name="KeyPosition">Where the document first mentions the key.</param>
/// <param name="Value">The value. Null only in <c>default</c>.</param>
public readonly record struct TomlEntry(string Key, TomlPosition KeyPosition, TomlNode Value);
