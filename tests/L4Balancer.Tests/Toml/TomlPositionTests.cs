using System.Text;
using L4Balancer.Toml;
using NUnit.Framework;

namespace L4Balancer.Tests.Toml;

/// <summary>Every key and value knows where it stands.</summary>
internal sealed class TomlPositionTests
{
    [TestCase("a = 1", "a", "1:1", "1:5")]
    [TestCase("\n\n  a =\t'x'", "a", "3:3", "3:7")]
    [TestCase("\"é😀\" = 1", "é😀", "1:1", "1:8", Description = "a character is one column, whatever it takes")]
    [TestCase("# 😀😀\n'k' = true", "k", "2:1", "2:7")]
    [TestCase("a = 1\r\nb = 2", "b", "2:1", "2:5")]
    [TestCase("a.b = 1", "a", "1:1", "1:1", Description = "a dotted table is where its part is")]
    [TestCase("a . b = 1", "a.b", "1:5", "1:9")]
    [TestCase("x = {a = 1, b . c = 2}", "x", "1:1", "1:5")]
    [TestCase("x = {a = 1, b . c = 2}", "x.a", "1:6", "1:10")]
    [TestCase("x = {a = 1, b . c = 2}", "x.b", "1:13", "1:13")]
    [TestCase("x = {a = 1, b . c = 2}", "x.b.c", "1:17", "1:21")]
    [TestCase("\n [a.b] # c\nk=1", "a", "2:3", "2:3", Description = "an implied table is where its part is")]
    [TestCase("\n [a.b] # c\nk=1", "a.b", "2:5", "2:2", Description = "a table is where its header is")]
    [TestCase("[a.b]\n[a]", "a", "1:2", "2:1", Description = "the key stays at its first mention")]
    [TestCase("[a.b.c]\n[a]\nb.x = 1", "a.b", "1:4", "3:1")]
    [TestCase("\n[[a]]\n[[a]]", "a", "2:3", "2:1")]
    [TestCase("\n[[a]]\n [[a]]", "a[1]", null, "3:2")]
    [TestCase("[[a]]\n[[a]]\nk = 1\n[a.b]", "a[1].b", "4:4", "4:1")]
    [TestCase("a = [1,\n 2, # c\n [ 3 ]]", "a[2]", null, "3:2")]
    [TestCase("a = [1,\n 2, # c\n [ 3 ]]", "a[2][0]", null, "3:4")]
    [TestCase("a = [ {b = 1}, {b = 2}]", "a[1].b", "1:17", "1:21")]
    [TestCase("a = \"\"\"\nx\n\"\"\"\nb = 1", "a", "1:1", "1:5")]
    [TestCase("a = \"\"\"\nx\n\"\"\"\nb = 1", "b", "4:1", "4:5")]
    [TestCase("a = '''x\r\ny'''\r\nb = 1", "b", "3:1", "3:5")]
    [TestCase("a = [\"\"\"\n\\\n \"\"\", 1]", "a[1]", null, "3:7")]
    [TestCase("a = [\"\\U0001F600\", 1]", "a[1]", null, "1:20")]
    public void Read_Node_HasTheLineAndColumnOfItsKeyAndValue(string text, string path, string? key, string value)
    {
        foreach (TomlTable document in new[] { TomlReader.Read(text), TomlReader.Read(Encoding.UTF8.GetBytes(text)) })
        {
            (TomlPosition? keyPosition, TomlNode node) = Follow(document, path);

            Assert.Multiple(() =>
            {
                Assert.That(keyPosition?.ToString(), Is.EqualTo(key));
                Assert.That(node.Position.ToString(), Is.EqualTo(value));
            });
        }
    }

    [TestCase("a = \n", 1, 5)]
    [TestCase("a = 'é😀' x", 1, 10)]
    [TestCase("\n\na b = 1", 3, 3)]
    [TestCase("a = 1\na = 2", 2, 1)]
    [TestCase("[a]\n\n  [ a ]", 3, 5)]
    [TestCase("a = [1 2]", 1, 8)]
    [TestCase("a = [1,\n 2", 1, 5, Description = "what never ends is told where it starts")]
    [TestCase("a = \"\"\"\n\n x", 1, 5)]
    [TestCase("a = 'x\nb = 1", 1, 5)]
    [TestCase("a = \"x\\q\"", 1, 7)]
    [TestCase("a = \"\"\"\n\\u12\"\"\"", 2, 1)]
    [TestCase("a = 0x", 1, 5)]
    [TestCase("a", 1, 2)]
    [TestCase("[a", 1, 3)]
    public void Read_Error_PointsAtWhatIsWrong(string text, int line, int column)
    {
        TomlException error = Assert.Throws<TomlException>(() => TomlReader.Read(text))!;

        Assert.That(error.Position, Is.EqualTo(new TomlPosition(line, column)), error.Message);
    }

    [Test]
    public void Read_Document_StartsAtTheFirstCharacter() =>
        Assert.That(TomlReader.Read("\n\na = 1").Position, Is.EqualTo(new TomlPosition(1, 1)));

    /// <summary>Walks a path such as <c>a[1].b</c>.</summary>
    private static (TomlPosition? Key, TomlNode Node) Follow(TomlNode node, string path)
    {
        TomlPosition? key = null;
        foreach (string step in path.Replace("[", ".[", StringComparison.Ordinal).Split('.'))
        {
            if (step.StartsWith('['))
            {
                key = null;
                node = ((TomlArray)node).Items[int.Parse(step.Trim('[', ']'))];
                continue;
            }

            Assert.That(((TomlTable)node).TryGet(step, out TomlEntry entry), Is.True, step);
            key = entry.KeyPosition;
            node = entry.Value;
        }

        return (key, node);
    }
}
