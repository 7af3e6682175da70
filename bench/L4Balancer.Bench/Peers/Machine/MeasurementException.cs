namespace L4Balancer.Bench.Peers.Machine;

/// <summary>Something cannot be measured: a program is missing, fails, or says what nobody expects.</summary>
internal sealed class MeasurementException(string message) : Exception(message);
