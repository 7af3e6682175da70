using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using L4Balancer.Config;

namespace L4Balancer.Health;

/// <summary>
/// How a probe judges certificates, and the authorities of the files that configurations name. A file is read when it
/// is first needed and again when it has changed. Any thread.
/// </summary>
internal static class TrustedAuthorities
{
    private static readonly ConcurrentDictionary<string, Loaded> Files = new();

    /// <summary>The policy at a moment. Nothing is fetched from the network for it.</summary>
    /// <exception cref="ProbeImpossibleException">The file of authorities cannot be read.</exception>
    public static X509ChainPolicy PolicyFor(TlsProbeConfig tls, DateTimeOffset now)
    {
        X509ChainPolicy policy = new()
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = now.LocalDateTime,
        };
        if (tls.Verify && tls.Ca.Length == 0) return policy;

        // A chain is built in any case; without those of the system to look through that takes a third of the time.
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        if (tls.Verify) policy.CustomTrustStore.AddRange(Read(tls.Ca));
        return policy;
    }

    private static X509Certificate2Collection Read(string path)
    {
        DateTime changed = File.GetLastWriteTimeUtc(path);
        if (Files.TryGetValue(path, out Loaded? loaded) && loaded.Changed == changed) return loaded.Authorities;

        try
        {
            X509Certificate2Collection authorities = [];
            authorities.ImportFromPemFile(path);
            Files[path] = new Loaded(changed, authorities);
            return authorities;
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ProbeImpossibleException($"{path} cannot be read: {failure.Message}");
        }
    }

    private sealed record Loaded(DateTime Changed, X509Certificate2Collection Authorities);
}
