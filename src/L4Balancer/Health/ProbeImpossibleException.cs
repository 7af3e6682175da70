namespace L4Balancer.Health;

/// <summary>This side cannot even try, which says nothing of the backend. The message says why, for people.</summary>
internal sealed class ProbeImpossibleException(string message) : Exception(message);
