using L4Balancer.Backends;
using L4Balancer.Telemetry;

namespace L4Balancer.Tcp;

/// <summary>What came of waiting for a place. Neither where no backend is left that could take the session.</summary>
/// <param name="Place">The backend, at which a place is taken for it.</param>
/// <param name="Refusal">Why it does not go on.</param>
internal readonly record struct QueueTurn(Backend? Place, CloseReason? Refusal);
