using System.Text;
using L4Balancer.Daemon.Configuration;
using L4Balancer.Tests.Toml;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>Whatever is in a file, it is a configuration or a list of errors.</summary>
internal sealed class ConfigMutationTests
{
    private const int Mutations = 20_000;
    private const int MostChanges = 4;
    private const int Seed = 4711;

    private static readonly string[] Values =
    [
        "-1", "0", "9223372036854775807", "0.5", "nan", "inf", "1e300", "true", "\"\"", "\"0s\"", "\"99999999h\"",
        "\"5 parsecs\"", "[]", "{}", "[[]]", "[{}]", "1979-05-27", "07:32:00", "\"ring\"", "\"*:80\"", "\"*:80-70\"",
        "[\"*:80\", \"*:80\"]", "\"[::1%lo]:80\"", "[{ address = \"a:1\", name = \"\\u0000\" }]", "\"\\uD7FF\\n\"",
        "\"udp\"", "\"none\"", "false", "\"hex:0\"", "\"hex:zz\"", "[65536]", "[7]",
        "\"shared\"", "{ address = 1 }", "[\"a:1\", 2, { address = \"b:1\" }]",
    ];

    [Test]
    public void Parse_MutatedExample_GivesAConfigurationOrErrors()
    {
        string[] example = ConfigTexts.ExampleWithEveryKey.Split('\n');
        TomlMutator bytes = new([Encoding.UTF8.GetBytes(string.Join('\n', example))], Seed);
        Random random = new(Seed);
        int accepted = 0;
        int refusedByBinder = 0;

        for (int i = 0; i < Mutations; i++)
        {
            byte[] text = i % 4 == 0 ? bytes.Next() : Encoding.UTF8.GetBytes(Mutate(example, random));
            ConfigFile file = ConfigFile.Parse("f", text);
            ProblemPrinter.WriteText(file, TextWriter.Null);
            ProblemPrinter.WriteJson(file, TextWriter.Null);

            bool hasErrors = file.Problems.Any(problem => problem.Severity == ProblemSeverity.Error);
            Assert.That(file.Config is null, Is.EqualTo(hasErrors));
            if (!hasErrors) accepted++;
            else if (file.Problems.Count > 1) refusedByBinder++;
        }

        Assert.Multiple(() =>
        {
            Assert.That(accepted, Is.GreaterThan(Mutations / 50), "the damage is not so great that all is refused");
            Assert.That(refusedByBinder, Is.GreaterThan(Mutations / 10), "the damage gets as far as the binder");
        });
    }

    /// <summary>Damages lines so that most results are still TOML: values, keys and headers change places.</summary>
    private static string Mutate(string[] example, Random random)
    {
        List<string> lines = [.. example];
        for (int changes = random.Next(MostChanges); changes >= 0; changes--)
        {
            int at = random.Next(lines.Count);
            int equals = lines[at].IndexOf('=', StringComparison.Ordinal);
            string other = lines[random.Next(lines.Count)];
            switch (random.Next(5))
            {
                case 0 or 1 when equals > 0 && lines[at][0] != '#':
                    lines[at] = $"{lines[at][..equals]}= {Values[random.Next(Values.Length)]}";
                    break;
                case 2 when equals > 0 && other.IndexOf('=', StringComparison.Ordinal) is > 0 and var place:
                    lines[at] = other[..place] + lines[at][equals..];
                    break;
                case 3:
                    lines.RemoveAt(at);
                    break;
                default:
                    lines.Insert(at, other);
                    break;
            }
        }

        return string.Join('\n', lines);
    }
}
