namespace L4Balancer.Toml;

/// <summary>
/// Says why a text is not a TOML document, in words for the person who wrote it. The only exception that
/// <see cref="TomlReader"/> throws. The message names what is wrong and not where: that is <see cref="Position"/>.
/// </summary>
public sealed class TomlException : Exception
{
    internal TomlException(TomlPosition position, string message)
        : base(message) => Position = position;

    /// <summary>Where it went wrong: a place in the text, or right behind its last character.</summary>
    public TomlPosition Position { get; }
}
