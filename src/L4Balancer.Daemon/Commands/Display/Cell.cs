namespace L4Balancer.Daemon.Commands.Display;

/// <summary>What a text means, which a terminal shows by a colour beside the words.</summary>
internal enum Tone
{
    /// <summary>Nothing of its own.</summary>
    Plain,

    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Wants a look.</summary>
    Warning,

    /// <summary>Wrong.</summary>
    Bad,

    /// <summary>Beside the point.</summary>
    Faint,

    /// <summary>A title.</summary>
    Title,

    /// <summary>The one of several that is chosen.</summary>
    Chosen,
}

/// <summary>A piece of a line. What a terminal would act on in its text becomes a question mark.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    /// <summary>What is shown.</summary>
    public string Text { get; init; } = Text.Any(char.IsControl)
        ? string.Concat(Text.Select(static one => char.IsControl(one) ? '?' : one))
        : Text;

    /// <summary>Text that means nothing of its own.</summary>
    public static implicit operator Cell(string text) => new(text);

    /// <summary>A count.</summary>
    public static implicit operator Cell(long count) => new(Quantities.Count(count));
}
