namespace L4Balancer.Toml.Reading;

/// <summary>One part of a dotted key, without quotes and escapes, and where it starts.</summary>
internal readonly record struct KeyPart(string Name, TomlPosition Position);
