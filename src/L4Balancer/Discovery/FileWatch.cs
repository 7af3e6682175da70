using L4Balancer.Config;
using L4Balancer.Telemetry;

namespace L4Balancer.Discovery;

/// <summary>
/// Watches a file with backends: by inotify, and by looking at it again and again, since not every file system tells.
/// What cannot be used changes nothing.
/// </summary>
internal sealed class FileWatch : IAsyncDisposable
{
    private const int MostSettling = 20;

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(50);

    private readonly string _path;
    private readonly Surroundings _surroundings;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _running;
    private FileSystemWatcher? _folder;
    private FileStamp _stamp;
    private volatile TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isNews; // The file itself was touched: its stamp may be as before nevertheless.
    private volatile IReadOnlyList<BackendConfig> _backends = [];
    private volatile SourceState _state = SourceState.None;

    /// <summary>Reads the file, and begins to watch it.</summary>
    public FileWatch(string path, Surroundings surroundings)
    {
        _path = path;
        _surroundings = surroundings;
        OpenFolder(); // First: what changes after the look is told.
        _stamp = FileStamp.Of(path);
        Read();
        _running = Task.Run(WatchLoopAsync);
    }

    /// <summary>Its backends, as of the last time that it could be used.</summary>
    public IReadOnlyList<BackendConfig> Backends => _backends;

    /// <summary>How reading it goes.</summary>
    public SourceState State => _state;

    /// <summary>Watches no more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _folder?.Dispose();
        _ending.Dispose();
    }

    private async Task WatchLoopAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            await WaitAsync();
            if (_ending.IsCancellationRequested) return;

            if (_folder is null) OpenFolder();
            FileStamp stamp = FileStamp.Of(_path);
            bool isTouched = _isNews;
            if (stamp == _stamp && !isTouched) continue;

            _isNews = false;
            _stamp = await SettledAsync(stamp);
            if (!_ending.IsCancellationRequested && Read()) _surroundings.Tell();
        }
    }

    private async Task WaitAsync()
    {
        Task news = _news.Task;
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        await Task.WhenAny(news, Task.Delay(LookAgain, _surroundings.Time, over.Token));
        await over.CancelAsync();
        if (news.IsCompleted) _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Waits until nobody writes any more: not everybody renames a finished file into place.</summary>
    private async Task<FileStamp> SettledAsync(FileStamp stamp)
    {
        for (int i = 0; i < MostSettling; i++)
        {
            await Task.Delay(Settling, _surroundings.Time, _ending.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            FileStamp now = FileStamp.Of(_path);
            if (now == stamp) return now;

            stamp = now;
        }

        return stamp;
    }

    /// <returns>True where its backends are others than before.</returns>
    private bool Read()
    {
        BackendsFile read = BackendsFile.Load(_path);
        _surroundings.Files.Add(read.Problem is null, read.Backends.Count == 0);
        if (read.Problem is { } problem)
        {
            bool isNew = problem != _state.Error;
            _state = _state with { Error = problem }; // Before it is told: who hears of it may ask.
            if (isNew) _surroundings.Logger.BackendsFileBad(problem, _backends.Count);
            return false;
        }

        bool isFirst = _state.LastSuccess is null;
        bool wasBad = _state.Error is not null;
        _state = new SourceState(_surroundings.Time.GetUtcNow(), null);
        bool isChanged = isFirst || !_backends.SequenceEqual(read.Backends);
        if (isChanged || wasBad) _surroundings.Logger.BackendsFileRead(_path, read.Backends.Count);
        _backends = read.Backends;
        return isChanged;
    }

    private void OpenFolder()
    {
        try
        {
            _folder = new FileSystemWatcher(Path.GetDirectoryName(_path)!)
            {
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size,
            };
            _folder.Changed += OnEvent;
            _folder.Created += OnEvent;
            _folder.Deleted += OnEvent;
            _folder.Renamed += OnEvent;
            _folder.Error += (_, _) => Wake(isFile: true);
            _folder.EnableRaisingEvents = true;
        }
        catch (Exception failure) when (failure is ArgumentException or IOException or UnauthorizedAccessException)
        {
            // No folder, or no inotify left: time alone tells then.
            _folder?.Dispose();
            _folder = null;
        }
    }

    private void OnEvent(object sender, FileSystemEventArgs change) =>
        Wake(isFile: change.Name == Path.GetFileName(_path));

    /// <summary>What else happens in the folder may concern it too, where it is a link.</summary>
    private void Wake(bool isFile)
    {
        if (isFile) _isNews = true;
        _news.TrySetResult();
    }
}
