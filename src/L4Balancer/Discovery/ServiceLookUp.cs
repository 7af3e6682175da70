namespace L4Balancer.Discovery;

/// <summary>Looks up the SRV records of a service, then the addresses of the servers that they name.</summary>
internal sealed class ServiceLookUp(string name, DnsRecords records) : ILookUp
{
    /// <summary>Servers of one service that are looked up; further ones are not used.</summary>
    public const int MostTargets = 256;

    private const int AtOnce = 8;

    private readonly string _name = name.TrimEnd('.').ToLowerInvariant();

    /// <inheritdoc/>
    public async Task<LookUpAnswer> LookAsync(CancellationToken cancellationToken)
    {
        (IReadOnlyList<DnsRecord>? found, string error) =
            await records.FindAsync(new DnsQuestion(_name, DnsType.Srv), cancellationToken);
        if (found is null) return LookUpAnswer.Failed(error);

        ILookup<string, DnsRecord> targets = found
            .Where(static record => record is { Target.Length: > 0, Port: > 0 })
            .OrderBy(static record => record.Priority)
            .ThenBy(static record => record.Target, StringComparer.Ordinal)
            .Take(MostTargets)
            .ToLookup(static record => record.Target);
        List<LookUpAnswer> answers = [];
        foreach (string[] some in targets.Select(static target => target.Key).Chunk(AtOnce))
        {
            answers.AddRange(await Task.WhenAll(some.Select(AskAsync)));
        }

        return LookUpAnswer.Together(answers);

        async Task<LookUpAnswer> AskAsync(string target)
        {
            LookUpAnswer answer = await new HostLookUp(target, records).LookAsync(cancellationToken);
            IEnumerable<FoundServer> servers =
                from record in targets[target]
                from server in answer.Servers
                select server with { Port = record.Port, Priority = record.Priority, Weight = record.Weight };
            return answer with { Servers = [.. servers] };
        }
    }
}
