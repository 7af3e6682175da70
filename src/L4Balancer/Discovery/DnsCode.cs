namespace L4Balancer.Discovery;

/// <summary>What a name server says of a question, by its number in the message.</summary>
internal enum DnsCode
{
    /// <summary>The answer cannot be read; no number of a message.</summary>
    Malformed = -1,

    /// <summary>It has an answer, which may be that there are no records of the type.</summary>
    Ok = 0,

    /// <summary>It does not understand the question.</summary>
    FormatError = 1,

    /// <summary>It cannot find out.</summary>
    ServerFailure = 2,

    /// <summary>There is no such name.</summary>
    NoSuchName = 3,

    /// <summary>It does not answer questions of this kind.</summary>
    NotImplemented = 4,

    /// <summary>It does not answer this client.</summary>
    Refused = 5,
}
