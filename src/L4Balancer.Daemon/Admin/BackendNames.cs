using L4Balancer.Daemon.Configuration;
using Microsoft.AspNetCore.Http;

namespace L4Balancer.Daemon.Admin;

/// <summary>Finds what an operator names: a backend as <c>NAME</c> or <c>POOL/NAME</c>, a service, a pool.</summary>
internal static class BackendNames
{
    /// <summary>The backend that is meant.</summary>
    /// <param name="backends">All there are.</param>
    /// <param name="pool">Its pool, where that is said apart.</param>
    /// <param name="name">Its name, or pool and name.</param>
    /// <exception cref="AdminRefusal">There is none (404), or more than one (409).</exception>
    public static BackendStatus Find(IReadOnlyList<BackendStatus> backends, string? pool, string name)
    {
        BackendStatus[] present = [.. backends.Where(static one => !one.IsRemoved)];
        if (pool is not null)
        {
            RequireKnown("pool", pool, [.. present.Select(static one => one.Pool).Distinct()]);
            present = [.. present.Where(one => one.Pool == pool)];
        }

        BackendStatus[] found = [.. Matching(present, name)];
        if (found.Length == 1) return found[0];

        string where = pool is null ? "" : $" in pool {pool}";
        string[] names = [.. present.SelectMany(one => Names(one, pool)).Distinct()];
        throw found.Length == 0
            ? new AdminRefusal(
                StatusCodes.Status404NotFound,
                $"there is no backend {Excerpt.Of(name)}{where}{NearestWord.Hint(name, names)}")
            : new AdminRefusal(
                StatusCodes.Status409Conflict,
                $"{name} is the name of several backends; say which: {string.Join(", ", found.Select(Full))}");
    }

    /// <summary>All backends that a name stands for, also removed ones.</summary>
    /// <exception cref="AdminRefusal">There is none (404).</exception>
    public static IReadOnlyList<BackendStatus> FindAll(IReadOnlyList<BackendStatus> backends, string name)
    {
        BackendStatus[] found = [.. Matching(backends, name)];
        if (found.Length > 0) return found;

        string[] names = [.. backends.SelectMany(static one => Names(one, null)).Distinct()];
        throw new AdminRefusal(
            StatusCodes.Status404NotFound, $"there is no backend {Excerpt.Of(name)}{NearestWord.Hint(name, names)}");
    }

    /// <summary>Refuses a name that nothing has.</summary>
    /// <exception cref="AdminRefusal">Nothing has it (404).</exception>
    public static void RequireKnown(string kind, string name, IReadOnlyCollection<string> names)
    {
        if (names.Contains(name)) return;

        throw new AdminRefusal(
            StatusCodes.Status404NotFound, $"there is no {kind} {Excerpt.Of(name)}{NearestWord.Hint(name, names)}");
    }

    /// <summary>Pool and name.</summary>
    public static string Full(BackendStatus backend) => $"{backend.Pool}/{backend.Name}";

    /// <summary>A name may have a slash itself: pool and name together are looked for first.</summary>
    private static IEnumerable<BackendStatus> Matching(IReadOnlyList<BackendStatus> backends, string name)
    {
        BackendStatus[] full = [.. backends.Where(one => Full(one) == name)];
        return full.Length > 0 ? full : backends.Where(one => one.Name == name);
    }

    private static string[] Names(BackendStatus backend, string? pool) =>
        pool is null ? [backend.Name, Full(backend)] : [backend.Name];
}
