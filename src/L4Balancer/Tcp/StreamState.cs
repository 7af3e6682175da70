namespace L4Balancer.Tcp;

/// <summary>
/// One direction of a session, from its source to its target.
/// <code>
///   Open --source ended, all of it passed on, target's stream ended-------------------> Ended
///   Open --target gone--> Broken (what the source still sends is discarded) --source ended--> Ended
/// </code>
/// Both ended: the session closes as normal. A source that resets closes the session from any state.
/// </summary>
internal enum StreamState : byte
{
    /// <summary>Bytes flow.</summary>
    Open,

    /// <summary>
    /// The target takes no more, while the other direction may still have bytes of it: a server that answers and closes
    /// before it has read all. The client must get that answer.
    /// </summary>
    Broken,

    /// <summary>The source has ended its stream.</summary>
    Ended,
}
