namespace L4Balancer.Daemon.Admin;

/// <summary>Something that can be asked of the admin side.</summary>
/// <param name="Method">GET, which answers HEAD too, or POST, which changes something.</param>
/// <param name="Path">The whole path.</param>
/// <param name="AnswerAsync">Answers; null where it has written the response itself.</param>
internal sealed record AdminRoute(string Method, string Path, Func<AdminRequest, Task<Answer?>> AnswerAsync)
{
    /// <summary>The query's keys; null where any may stand and none has a meaning.</summary>
    public IReadOnlyList<string>? QueryKeys { get; init; } = [];

    /// <summary>A route that reads and need not wait.</summary>
    public static AdminRoute Get(string path, Func<AdminRequest, Answer> answer, params string[] queryKeys) =>
        GetAsync(path, request => Task.FromResult<Answer?>(answer(request)), queryKeys);

    /// <summary>A route that reads.</summary>
    public static AdminRoute GetAsync(
        string path, Func<AdminRequest, Task<Answer?>> answer, params string[] queryKeys) =>
        new("GET", path, answer) { QueryKeys = queryKeys };

    /// <summary>A route that changes something: only over the unix socket.</summary>
    public static AdminRoute Post(string path, Func<AdminRequest, Task<Answer?>> answer) => new("POST", path, answer);
}

/// <summary>Some routes that belong together.</summary>
internal interface IAdminRoutes
{
    /// <summary>What can be asked.</summary>
    public IReadOnlyList<AdminRoute> Routes { get; }
}
