using System.Globalization;
using L4Balancer.Daemon.Logging;
using L4Balancer.Shards;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Systemd;

/// <summary>
/// Has systemd hold every listening socket too (its descriptor store), so that clients wait in the sockets' queues
/// while the service is restarted, also after a crash. Sockets that a socket unit has opened are systemd's already.
/// Control plane.
/// </summary>
internal sealed class SocketStore(SystemdNotifier notifier, int room, ILogger logger)
{
    private readonly HashSet<string> _kept = [];
    private readonly HashSet<string> _missing = [];
    private int _count;

    /// <summary>Every listening socket is held by systemd too.</summary>
    public bool KeepsAll => room > 0 && _missing.Count == 0;

    /// <summary>How many descriptors systemd keeps for this service.</summary>
    /// <param name="value">
    /// The value of <c>FDSTORE</c>. systemd sets it from 254 on; the unit does so too, for the sake of older ones.
    /// </param>
    public static int RoomOf(string? value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int room) ? room : 0;

    /// <summary>Has these kept, those of one name together or not at all.</summary>
    public void Add(IReadOnlyList<ListeningDescriptor> opened)
    {
        if (room == 0) return;
        foreach (IGrouping<string, ListeningDescriptor> address in opened.Where(static one => one.IsOwn)
            .GroupBy(static one => one.Name))
        {
            int[] descriptors = [.. address.Select(static one => one.Fd)];
            if (_count + descriptors.Length > room)
            {
                _missing.Add(address.Key);
                logger.StoreFull(room, address.Key);
            }
            else if (!notifier.Store(address.Key, descriptors))
            {
                _missing.Add(address.Key);
                logger.NotNotified($"it is to keep the sockets {address.Key}");
            }
            else
            {
                _kept.Add(address.Key);
                _missing.Remove(address.Key);
                _count += descriptors.Length;
            }
        }
    }

    /// <summary>These are listened on no more: whoever connects there is to be refused.</summary>
    public void Remove(IReadOnlyList<ListeningDescriptor> closing)
    {
        if (room == 0) return;
        foreach (IGrouping<string, ListeningDescriptor> address in closing.Where(static one => one.IsOwn)
            .GroupBy(static one => one.Name))
        {
            _missing.Remove(address.Key);
            if (!notifier.Unstore(address.Key)) logger.NotNotified($"it is to close the sockets {address.Key}");
            if (_kept.Remove(address.Key)) _count -= address.Count();
        }
    }
}
