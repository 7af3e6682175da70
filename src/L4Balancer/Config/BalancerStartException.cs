namespace L4Balancer.Config;

/// <summary>A balancer could not start; the message says what, where and what to do.</summary>
public sealed class BalancerStartException(string message) : Exception(message);
