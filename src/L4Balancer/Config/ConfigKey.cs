namespace L4Balancer.Config;

/// <summary>What a changed value applies to.</summary>
internal enum KeyEffect
{
    /// <summary>Whatever comes next. The default.</summary>
    AtOnce,

    /// <summary>Flows that begin from now on; the others keep what they began with.</summary>
    NewFlows,

    /// <summary>All flows, also those that are open.</summary>
    AllFlows,

    /// <summary>The next process: this one cannot change it any more.</summary>
    NextStart,
}

/// <summary>A key of the configuration as it is written, for who compares or prints one.</summary>
/// <param name="Name">As in the file, with the tables inside its own: <c>timeouts.idle</c>.</param>
/// <param name="Text">Its value in a record. Values differ where their texts do.</param>
/// <param name="Effect">What a changed value applies to.</param>
internal sealed record ConfigKey<T>(string Name, Func<T, string> Text, KeyEffect Effect = KeyEffect.AtOnce)
{
    /// <summary>Its value stands in quotes.</summary>
    public bool IsString { get; init; }

    /// <summary>Whether it means anything to a record, as keys of UDP do not to TCP. It does by default.</summary>
    public Func<T, bool> Concerns { get; init; } = static _ => true;

    /// <summary>A line of the file.</summary>
    public string Line(T record) =>
        $"{Name} = {(IsString ? ConfigText.Quoted(Text(record)) : Text(record))}";

    /// <summary><c>timeouts.idle 10m -> 5m</c>, or null where the value is the same or means nothing.</summary>
    public string? Change(T now, T next)
    {
        if (!Concerns(now) && !Concerns(next)) return null;

        (string before, string after) = (Text(now), Text(next));
        if (before == after) return null;

        return IsString
            ? $"{Name} {ConfigText.Shown(before)} -> {ConfigText.Shown(after)}"
            : $"{Name} {before} -> {after}";
    }
}
