namespace L4Balancer.Discovery;

/// <summary>Looks up the addresses of a host, A and AAAA, at name servers. The name is taken as it is.</summary>
internal sealed class HostLookUp(string host, DnsRecords records) : ILookUp
{
    private readonly string _host = host.TrimEnd('.').ToLowerInvariant();

    /// <inheritdoc/>
    public async Task<LookUpAnswer> LookAsync(CancellationToken cancellationToken) => LookUpAnswer.Together(
        await Task.WhenAll(AskAsync(DnsType.A, cancellationToken), AskAsync(DnsType.Aaaa, cancellationToken)));

    private async Task<LookUpAnswer> AskAsync(DnsType type, CancellationToken cancellationToken)
    {
        string part = $"{_host} {type}";
        (IReadOnlyList<DnsRecord>? found, string error) =
            await records.FindAsync(new DnsQuestion(_host, type), cancellationToken);
        return found is null
            ? new LookUpAnswer([], new HashSet<string> { part }, error)
            : LookUpAnswer.Found(found.Select(record => new FoundServer(record.Address!, 0, _host, part)));
    }
}
