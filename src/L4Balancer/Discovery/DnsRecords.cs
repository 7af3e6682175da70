using System.Net;

namespace L4Balancer.Discovery;

/// <summary>Finds the records that a name has, by way of its aliases. Any thread.</summary>
/// <param name="client">Asks.</param>
/// <param name="servers">Whom.</param>
internal sealed class DnsRecords(DnsClient client, Func<IReadOnlyList<IPEndPoint>> servers)
{
    private const int MostAliases = 16;
    private const int MostQuestions = 8;

    /// <summary>Finds them.</summary>
    /// <returns>The records, none where there are none; or null, and why nobody knows.</returns>
    public async Task<(IReadOnlyList<DnsRecord>? Records, string Error)> FindAsync(
        DnsQuestion question, CancellationToken cancellationToken)
    {
        for (int i = 0; i < MostQuestions; i++)
        {
            (DnsResponse? response, string error) = await client.AskAsync(servers(), question, cancellationToken);
            if (response is null) return (null, error);
            if (Follow(response.Answers, question.Name) is not { } name) break;

            DnsRecord[] found =
                [.. response.Answers.Where(record => record.Owner == name && record.Type == question.Type)];
            if (found.Length > 0 || response.Code == DnsCode.NoSuchName || name == question.Name) return (found, "");

            question = question with { Name = name }; // The server does not know where the alias leads.
        }

        return (null, $"{question.Name} is an alias that leads too far, or back to itself");
    }

    /// <summary>The name that has records of its own; null where an alias leads too far.</summary>
    private static string? Follow(IReadOnlyList<DnsRecord> records, string name)
    {
        for (int i = 0; i < MostAliases; i++)
        {
            DnsRecord? alias = records.FirstOrDefault(one => one.Type == DnsType.Cname && one.Owner == name);
            if (alias is null) return name;

            name = alias.Target;
        }

        return null;
    }
}
