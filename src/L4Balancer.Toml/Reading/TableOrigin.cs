namespace L4Balancer.Toml.Reading;

/// <summary>
/// What has defined a table. TOML lets a table be defined once, and what may add to it later follows from how:
/// <code>
///             [a] defines it   [a.b] adds   a.b = 1 adds (from the section around it)
/// Implied     yes, -> Header   yes          yes, -> Dotted
/// Header      no               yes          no
/// Dotted      no               yes          yes
/// Inline      no               no           no
/// </code>
/// </summary>
internal enum TableOrigin
{
    /// <summary>Only mentioned on the way to another table, as <c>a</c> in <c>[a.b]</c>.</summary>
    Implied,

    /// <summary>The document itself, <c>[a]</c>, or one table of <c>[[a]]</c>.</summary>
    Header,

    /// <summary>Made by a dotted key, as <c>a</c> in <c>a.b = 1</c>.</summary>
    Dotted,

    /// <summary>Written in braces: complete where it stands.</summary>
    Inline,
}
