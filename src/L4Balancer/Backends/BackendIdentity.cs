using L4Balancer.Config;

namespace L4Balancer.Backends;

/// <summary>What makes a backend the same as another of its pool, also over a change of the configuration.</summary>
/// <param name="Key">Its name; of what was found by a name, what found it and what was found.</param>
/// <param name="Host">Its address, or its host's name.</param>
/// <param name="Port">Its port.</param>
internal readonly record struct BackendIdentity(string Key, string Host, ushort Port)
{
    /// <summary>The identity of what a configuration means.</summary>
    public static BackendIdentity Of(BackendConfig config) => new(config.Key, config.Host, config.Port);
}
