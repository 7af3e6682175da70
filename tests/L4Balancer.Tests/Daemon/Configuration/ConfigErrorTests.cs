using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>Every kind of error, with its place and its words.</summary>
internal sealed class ConfigErrorTests
{
    private const string Units =
        "; write whole numbers with the units h, m, s and ms, for example \"5s\", \"1500ms\" or \"1h30m\"";

    private static IEnumerable<TestCaseData> Values()
    {
        yield return Case("Integer_String", "[global]\nshards = \"4\"",
            "2:10: error: 'shards' must be an integer, not a string");
        yield return Case("Integer_Above", "[global]\nshards = 257",
            "2:10: error: 'shards' must be from 0 to 256, not 257");
        yield return Case("Integer_Below", "[global]\nshards = -1",
            "2:10: error: 'shards' must be from 0 to 256, not -1");
        yield return Case("Integer_BeyondInt", "[global]\nmax_connections = 4294967297",
            "2:19: error: 'max_connections' must be from 0 to 2147483647, not 4294967297");
        yield return Case("Seed_Negative", "[global]\nhash_seed = -5",
            "2:13: error: 'hash_seed' must be from 0 to 9223372036854775807, not -5");
        yield return Case("Boolean_Integer", "[defaults]\nfreebind = 1",
            "2:12: error: 'freebind' must be true or false, not an integer");
        yield return Case("Backlog_Zero", "[defaults]\nbacklog = 0",
            "2:11: error: 'backlog' must be from 1 to 65535, not 0");
        yield return Case("Attempts_Above", "[defaults]\nretry.attempts = 17",
            "2:18: error: 'attempts' must be from 1 to 16, not 17");
        yield return Case("Share_Above", "[defaults.health]\njitter = 1.5",
            "2:10: error: 'jitter' must be from 0 to 1, not 1.5");
        yield return Case("Share_NotANumber", "[defaults.health]\njitter = nan",
            "2:10: error: 'jitter' must be from 0 to 1, not NaN");
        yield return Case("Share_Integer", "[defaults.ejection]\nmax_ejected = 2",
            "2:15: error: 'max_ejected' must be from 0 to 1, not 2");
        yield return Case("Share_String", "[defaults.ejection]\nmax_ejected = \"half\"",
            "2:15: error: 'max_ejected' must be a number from 0 to 1, not a string");
        yield return Case("Port_Above", "[defaults.health]\nport = 65536",
            "2:8: error: 'port' must be from 0 to 65535, not 65536");
        yield return Case("Duration_NoUnit", "[defaults.timeouts]\nconnect = \"5\"",
            $"2:11: error: 'connect' is not a duration of at most a year: \"5\"{Units}");
        yield return Case("Duration_BadUnit", "[defaults.timeouts]\nidle = \"5 min\"",
            $"2:8: error: 'idle' is not a duration of at most a year: \"5 min\"{Units}");
        yield return Case("Duration_Integer", "[defaults.timeouts]\nidle = 5",
            "2:8: error: 'idle' must be a duration such as \"5s\", not an integer");
        yield return Case("Duration_TooShort", "[defaults.health]\ninterval = \"9ms\"",
            "2:12: error: 'interval' must be at least 10ms, not \"9ms\"");
        yield return Case("Duration_Zero", "[defaults.timeouts]\nconnect = \"0s\"",
            "2:11: error: 'connect' must be at least 1ms, not \"0s\"");
        yield return Case("Ejection_BaseAboveMax", "[defaults.ejection]\nbase = \"301s\"",
            "2:8: error: 'base' (5m1s) is longer than 'max' (5m)");
        yield return Case("Fleet_IndexNotBelowSize", "[fleet]\nindex = 3\nsize = 3",
            "2:9: error: 'index' must be below 'size', which is 3, not 3");
        yield return Case("PreferLocal_NoZone", "[defaults]\nzones.prefer_local = true",
            "2:7: error: 'prefer_local' needs to know where this balancer is; write zone = \"NAME\" in [global], and a "
            + "zone at each backend");
        yield return Case("Subset_NoFleet", "[defaults]\nsubset.size = 3",
            "2:8: error: a subset needs to know how many balancers share the backends; write index and size in "
            + "[fleet]");
        yield return Case("Zone_Blank", "[global]\nzone = \"my zone\"",
            "2:8: error: the name \"my zone\" has characters other than letters, digits and - _ . : / @ % [ ]");
        yield return Case("WhenDown_Misspelt", "[defaults]\nwhen_down = \"opn\"",
            "2:13: error: 'when_down' must be \"refuse\" or \"open\", not \"opn\"; did you mean \"open\"?");
        yield return Case("Backup_WithPriority",
            "[service.a]\nlisten = \"192.0.2.1:80\"\n"
            + "backends = [{ address = \"10.0.0.2:7\", backup = true, priority = 1 }]",
            "3:65: error: a backup comes after all priorities; remove backup or priority");
        yield return Case("Word_Near", "[log]\nlevel = \"warn\"",
            "2:9: error: 'level' must be \"debug\", \"info\", \"warning\" or \"error\", not \"warn\"; "
            + "did you mean \"warning\"?");
        yield return Case("Word_Nearer", "[log]\nlevel = \"warnin\"",
            "2:9: error: 'level' must be \"debug\", \"info\", \"warning\" or \"error\", not \"warnin\"; "
            + "did you mean \"warning\"?");
        yield return Case("Word_Integer", "[log]\nformat = 1",
            "2:10: error: 'format' must be \"auto\", \"text\", \"json\" or \"journald\", not an integer");
        yield return Case("Flows_ZeroShare", "[log]\nflows = \"1/0\"",
            "2:9: error: 'flows' must be \"all\", \"errors\", \"none\" or \"1/N\", not \"1/0\"");
        yield return Case("Flows_TheFormItself", "[log]\nflows = \"1/N\"",
            "2:9: error: 'flows' must be \"all\", \"errors\", \"none\" or \"1/N\", not \"1/N\"");
        yield return Case("Flows_Near", "[log]\nflows = \"error\"",
            "2:9: error: 'flows' must be \"all\", \"errors\", \"none\" or \"1/N\", not \"error\"; "
            + "did you mean \"errors\"?");
        yield return Case("Protocol_Unknown", "[defaults]\nprotocol = \"quic\"",
            "2:12: error: 'protocol' must be \"tcp\" or \"udp\", not \"quic\"");
        yield return Case("Balance_Unknown", "[defaults]\nbalance = \"ringg\"",
            "2:11: error: 'balance' must be \"ring\", \"maglev\", \"round_robin\", \"random\", \"power_of_two\", "
            + "\"least_connections\", \"least_latency\" or \"least_traffic\", not \"ringg\"; did you mean \"ring\"?");
        yield return Case("Table_String", "global = \"x\"", "1:10: error: 'global' must be a table, not a string");
        yield return Case("Admin_HostName", "[admin]\nlisten = \"localhost:9191\"",
            "2:10: error: \"localhost:9191\" is a host name; a listen address must be a literal one of this host, "
            + "such as \"0.0.0.0:80\", \"[::]:443\" or \"*:80\"; \"\" turns it off");
        yield return Case("Admin_Star", "[admin]\nlisten = \"*:9191\"",
            "2:10: error: \"*:9191\" is not possible here; write \"0.0.0.0:9191\" or \"[::]:9191\"; "
            + "\"\" turns it off");
        yield return Case("Admin_Range", "[admin]\nlisten = \"127.0.0.1:1-2\"",
            "2:10: error: \"127.0.0.1:1-2\" is a port range; exactly one port is possible here; "
            + "\"\" turns it off");
        yield return Case("Socket_Relative", "[admin]\nsocket = \"admin.sock\"",
            "2:10: error: 'socket' must be an absolute path such as \"/run/l4balancer/admin.sock\", "
            + "not \"admin.sock\"; \"\" turns it off");
        yield return Case("Drain_Unit", "[defaults.drain]\ntimeout = \"1\"",
            $"2:11: error: 'timeout' is not a duration of at most a year: \"1\"{Units}");
        yield return Case("Toml_Syntax", "[global\n", Parse("[global\n").Problems.Select(problem =>
            $"{problem.Position}: error: {problem.Message}").Single());
    }

    private static IEnumerable<TestCaseData> Keys()
    {
        yield return Case("Unknown_Near", "[service.web]\nliste = \"*:80\"\nlisten = \"*:80\"\nbackends = [\"a:1\"]",
            "2:1: error: unknown key 'liste' in [service.web]; did you mean 'listen'?");
        yield return Case("Unknown_Swapped", "[global]\nshadrs = 2",
            "2:1: error: unknown key 'shadrs' in [global]; did you mean 'shards'?");
        yield return Case("Unknown_Far", "[log]\nsyslog = true",
            "2:1: error: unknown key 'syslog' in [log]; known here: level, format, flows");
        yield return Case("Unknown_TopLevel", "[servce.web]\nlisten = 1",
            "1:2: error: unknown key 'servce' at the top level; did you mean 'service'?");
        yield return Case("Unknown_OfTheFuture", "[defaults.timeouts]\nqueue = \"1s\"",
            "2:1: error: unknown key 'queue' in [defaults.timeouts]; known here: connect, idle, half_close, lifetime");
        yield return Case("Unknown_OfABackend",
            "[service.web]\nlisten = \"*:80\"\nbackends = [{ address = \"a:1\", wieght = 2 }]",
            "3:32: error: unknown key 'wieght' in [service.web.backends[0]]; did you mean 'weight'?");
        yield return Case("Default_Listen", "[defaults]\nlisten = \"*:80\"",
            "2:1: error: 'listen' cannot be a default; write it in each [service.NAME]");
        yield return Case("Default_Pool", "[defaults]\npool = \"a\"",
            "2:1: error: 'pool' cannot be a default; write it in each [service.NAME]");
        yield return Case("Name_Blank", "[service.\"a b\"]\nlisten = \"*:80\"\nbackends = [\"a:1\"]",
            "1:10: error: the name \"a b\" has characters other than letters, digits and - _ . : / @ % [ ]");
        yield return Case("Name_Empty", "[service.\"\"]\nlisten = \"*:80\"\nbackends = [\"a:1\"]",
            "1:10: error: the name must not be empty");
    }

    private static IEnumerable<TestCaseData> Addresses()
    {
        yield return Listen("localhost:80",
            "is a host name; a listen address must be a literal one of this host, such as "
            + "\"0.0.0.0:80\", \"[::]:443\" or \"*:80\"");
        yield return Listen("8000", "has no address; write \"127.0.0.1:8000\"");
        yield return Listen("99999", "has no port; write \"99999:PORT\"");
        yield return Listen("0.0.0.0", "has no port; write \"0.0.0.0:PORT\"");
        yield return Listen(":80", "has no address; write \"*:80\" for every address of the host");
        yield return Listen("::1:80", "is ambiguous; write an IPv6 address in brackets, as in \"[2001:db8::1]:443\"");
        yield return Listen("[127.0.0.1]:80", "has brackets around what is no IPv6 address");
        yield return Listen("10.0.0.300:80",
            "is not an address; write one such as \"0.0.0.0:80\", \"[::]:443\" or \"*:80\"");
        yield return Listen("010.0.0.1:80",
            "is not an address; write one such as \"0.0.0.0:80\", \"[::]:443\" or \"*:80\"");
        yield return Listen("0.0.0.0:0", "needs a port from 1 to 65535 after the colon, or a range such as 5000-5100");
        yield return Listen("0.0.0.0:65536",
            "needs a port from 1 to 65535 after the colon, or a range such as 5000-5100");
        yield return Listen("0.0.0.0:http",
            "needs a port from 1 to 65535 after the colon, or a range such as 5000-5100");
        yield return Listen("0.0.0.0:9-5", "has a range that ends before it begins; write \"5-9\"");
        yield return Listen("0.0.0.0:1-1025", "has 1025 ports; a range may have at most 1024");
        yield return Listen("[fe80::1]:80", "is link-local and needs its interface, as in \"[fe80::1%eth0]:80\"");
        yield return Backend("8080", "has no address; write \"127.0.0.1:8080\"");
        yield return Backend("10.0.0.1", "has no port; write \"10.0.0.1:PORT\"");
        yield return Backend("10.0.0.1:0", "needs a port from 1 to 65535 after the colon");
        yield return Backend("a b:80", "is neither an address nor a host name with a port; "
            + "write \"10.0.0.11:8080\", \"[2001:db8::11]:8080\" or \"name:8080\"");
        yield return Backend("1.2.3:80", "is neither an address nor a host name with a port; "
            + "write \"10.0.0.11:8080\", \"[2001:db8::11]:8080\" or \"name:8080\"");
    }

    private static IEnumerable<TestCaseData> Structure()
    {
        yield return Case("NoListen", "[service.web]\nbackends = [\"a:1\"]",
            "1:10: error: [service.web] listens nowhere; write listen = \"0.0.0.0:80\"");
        yield return Case("EmptyListen", "[service.web]\nlisten = []\nbackends = [\"a:1\"]",
            "2:10: error: [service.web] listens nowhere; write listen = \"0.0.0.0:80\"");
        yield return Case("ListenInteger", "[service.web]\nlisten = [80]\nbackends = [\"a:1\"]",
            "2:11: error: 'listen' must be a string or a list of strings, not an integer");
        yield return Case("NoBackends", "[service.web]\nlisten = \"*:80\"",
            "1:10: error: [service.web] has no backends; write backends = [\"ADDRESS:PORT\"] or pool = \"NAME\"");
        yield return Case("EmptyBackends", "[service.web]\nlisten = \"*:80\"\nbackends = []",
            "3:12: error: [service.web] needs at least one backend");
        yield return Case("BackendsString", "[service.web]\nlisten = \"*:80\"\nbackends = \"a:1\"",
            "3:12: error: 'backends' must be a list of backends, not a string");
        yield return Case("BackendTable", "[service.web]\nlisten = \"*:80\"\n[service.web.backend]\naddress = \"a:1\"",
            "3:1: error: 'backend' must be a list of tables [[service.web.backend]], not a table");
        yield return Case("BackendInteger", "[service.web]\nlisten = \"*:80\"\nbackends = [1]",
            "3:13: error: a backend must be \"host:port\" or a table with an address, not an integer");
        yield return Case("BackendNoAddress", "[service.web]\nlisten = \"*:80\"\nbackends = [{ weight = 1 }]",
            "3:13: error: a backend needs an address = \"host:port\"");
        yield return Case("BackendWeight",
            "[service.web]\nlisten = \"*:80\"\nbackends = [{ address = \"a:1\", weight = 257 }]",
            "3:41: error: 'weight' must be from 0 to 256, not 257");
        yield return Case("BackendTwice", "[service.web]\nlisten = \"*:80\"\nbackends = [\"a:1\",\n\"a:1\"]",
            "4:1: error: a second backend of [service.web] is named \"a:1\", as on line 3; "
            + "give one of them another name = \"...\"");
        string many = string.Join(',', Enumerable.Range(0, 65_537).Select(static i => $"\"b{i}:1\""));
        yield return Case("BackendsTooMany", $"[service.web]\nlisten = \"*:80\"\nbackends = [{many}]",
            "3:13: error: [service.web] has 65537 backends; a pool holds at most 65536");
        yield return Case("PoolAndBackends",
            "[service.web]\nlisten = \"*:80\"\npool = \"p\"\nbackends = [\"a:1\"]\n[pool.p]\nbackends = [\"a:1\"]",
            "3:1: error: [service.web] has both pool and backends; keep one of them");
        yield return Case("PoolUnknownNear",
            "[service.web]\nlisten = \"*:80\"\npool = \"p1\"\n[pool.p]\nbackends = [\"a:1\"]",
            "3:8: error: unknown pool \"p1\"; write it as [pool.p1]", "4:7: warning: no service uses [pool.p]");
        yield return Case("PoolUnknownTypo",
            "[service.web]\nlisten = \"*:80\"\npool = \"aips\"\n[pool.apis]\nbackends = [\"a:1\"]",
            "3:8: error: unknown pool \"aips\"; did you mean \"apis\"?", "4:7: warning: no service uses [pool.apis]");
        yield return Case("PoolKeysOnService",
            "[service.web]\nlisten = \"*:80\"\npool = \"p\"\nbalance = \"ring\"\nhealth.rise = 1\n"
            + "[pool.p]\nbackends = [\"a:1\"]",
            "4:1: error: 'balance' belongs to the pool here; write it in [pool.p]",
            "5:1: error: 'health' belongs to the pool here; write it in [pool.p]");
        yield return Case("PoolNoBackends",
            "[service.web]\nlisten = \"*:80\"\npool = \"p\"\n[pool.p]\nbalance = \"ring\"",
            "4:7: error: [pool.p] has no backends; write backends = [\"ADDRESS:PORT\"]");
        yield return Case("PoolUnused", "[pool.p]\nbackends = [\"a:1\"]" + GoodService,
            "1:7: warning: no service uses [pool.p]");
        yield return Case("PoolNamedAsService",
            "[service.p]\nlisten = \"*:80\"\nbackends = [\"a:1\"]\n[service.q]\nlisten = \"*:81\"\npool = \"p\"\n"
            + "[pool.p]\nbackends = [\"a:1\"]",
            "1:10: error: [service.p] makes a pool named 'p' of its own backends, and [pool.p] is another; rename one");
    }

    [TestCaseSource(nameof(Values))]
    [TestCaseSource(nameof(Keys))]
    public void Parse_BadKeyOrValue_SaysWhatAndWhere(string text, string[] problems) =>
        Assert.That(Problems(text.Contains("[service", StringComparison.Ordinal) ? text : NoServiceButGood(text)),
            Is.EqualTo(problems));

    [TestCaseSource(nameof(Addresses))]
    [TestCaseSource(nameof(Structure))]
    public void Parse_BadService_SaysWhatAndWhere(string text, string[] problems) =>
        Assert.That(Problems(text), Is.EqualTo(problems));

    /// <summary>A text that cannot be read at all stays alone.</summary>
    private static string NoServiceButGood(string text) => text == "[global\n" ? text : text + GoodService;

    private static TestCaseData Listen(string address, string problem) => Case(
        $"Listen_{address}", $"[service.web]\nlisten = \"{address}\"\nbackends = [\"a:1\"]",
        $"2:10: error: \"{address}\" {problem}");

    private static TestCaseData Backend(string address, string problem) => Case(
        $"Backend_{address}", $"[service.web]\nlisten = \"*:80\"\nbackends = [\"{address}\"]",
        $"3:13: error: \"{address}\" {problem}");

    private static TestCaseData Case(string name, string text, params string[] problems) =>
        new TestCaseData(text, problems).SetName($"Parse_{name}");
}
