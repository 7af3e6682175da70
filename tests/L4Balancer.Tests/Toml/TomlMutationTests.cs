using System.Text;
using L4Balancer.Toml;
using NUnit.Framework;

namespace L4Balancer.Tests.Toml;

/// <summary>Whatever is in a damaged document, the reader returns or throws a <see cref="TomlException"/>.</summary>
internal sealed class TomlMutationTests
{
    private const int Mutations = 200_000;
    private const int Seed = 20_251;

    private static readonly string[] Embedded =
    [
        "title = \"TOML\" # comment\n[owner]\nname.first = 'Tom'\ndob = 1979-05-27T07:32:00.5-08:00\n",
        "[[a.b]]\r\nc = [1, 2.5, [\"x\", true], {y = 1, z.w = inf}]\r\n[a.b.d]\r\n\"q \\u00e9\" = 0xdead_beef\r\n",
        "s = \"\"\"\nRoses \\\n  are \"\"red\"\"\\t\\U0001F600\"\"\"\nl = '''\nraw \\'' \u00e9'''\n",
        "t = 07:32:00\nd = 1979-05-27 07:32:00Z\ni = [+1_000, -0, 0o7, 0b1, 1e6, -nan]\n",
    ];

    [Test]
    public void Read_MutatedDocument_ReadsOrThrowsTomlExceptionWithAPlaceInTheText()
    {
        IEnumerable<byte[]> suite = TomlTestSuite.ValidFiles.Concat(TomlTestSuite.InvalidFiles)
            .Select(TomlTestSuite.ReadBytes);
        TomlMutator mutator = new([.. suite, .. Embedded.Select(Encoding.UTF8.GetBytes)], Seed);
        int accepted = 0;
        int refused = 0;

        for (int i = 0; i < Mutations; i++)
        {
            byte[] text = mutator.Next();
            if (Accepts(text, i)) accepted++;
            else refused++;

            // Damage to the encoding hides the damage to the syntax: what is left of it is read as well.
            string repaired = Encoding.UTF8.GetString(text);
            if (repaired.Contains('\uFFFD')) Accepts(Encoding.UTF8.GetBytes(repaired), i);
        }

        Assert.Multiple(() =>
        {
            Assert.That(accepted, Is.GreaterThan(Mutations / 20), "the damage is not so great that all is refused");
            Assert.That(refused, Is.GreaterThan(Mutations / 20), "the damage is great enough");
        });
    }

    [Test]
    public void Read_AnyUtf16_ReadsOrThrowsTomlException()
    {
        Random random = new(Seed);
        const string telling = "\"'[]{}=.,#\\\n\r\t a0\uD800\uDC00\uFEFF";
        char[] text = new char[24];
        for (int i = 0; i < Mutations / 10; i++)
        {
            for (int at = 0; at < text.Length; at++) text[at] = telling[random.Next(telling.Length)];
            try
            {
                TomlReader.Read(new string(text));
            }
            catch (TomlException error)
            {
                Assert.That(error.Position.Line, Is.InRange(1, 1 + text.Count(character => character == '\n')));
            }
        }
    }

    private static bool Accepts(byte[] text, int mutation)
    {
        try
        {
            TomlTable document = TomlReader.Read(text);
            if (!TextPlaces.AreInside(text, document)) Fail(text, mutation, "a position outside the text");
            return true;
        }
        catch (TomlException error)
        {
            bool isInside = TextPlaces.IsInside(text, error.Position);
            if (!isInside) Fail(text, mutation, $"{error.Message} at {error.Position}");
            return false;
        }
        catch (Exception error) when (error is not AssertionException)
        {
            Fail(text, mutation, error.ToString());
            throw;
        }
    }

    private static void Fail(byte[] text, int mutation, string what) =>
        Assert.Fail($"mutation {mutation} of seed {Seed}: {what}\n{Convert.ToBase64String(text)}");
}
