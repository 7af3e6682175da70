using L4Balancer.Toml;
using NUnit.Framework;

namespace L4Balancer.Tests.Toml;

/// <summary>Messages say in plain words what is wrong, what was expected, and where the first of two is.</summary>
internal sealed class TomlErrorTests
{
    private const string InBraces =
        "table 'a' is already defined in braces on line 1, so that nothing can be added to it";

    private const string KeyCharacters = "a key with other characters than A-Z a-z 0-9 _ - must be in quotes";

    [TestCase("\n\nlisten = 1\nlisten = 2", "key 'listen' is already defined on line 3")]
    [TestCase("a.b = 1\na.'b' = 2", "key 'a.b' is already defined on line 1")]
    [TestCase("a = 1\na = {}", "key 'a' is already defined on line 1")]
    [TestCase("a = {}\n[a]", "key 'a' is already defined on line 1")]
    [TestCase("a = []\n[[a]]", "key 'a' is already defined on line 1")]
    [TestCase("x = {a = 1, a = 2}", "key 'a' is already defined on line 1")]
    [TestCase("[a]\n[b]\n[a]", "table 'a' is already defined on line 1")]
    [TestCase("[a.b]\n[a]\n[a]", "table 'a' is already defined on line 2")]
    [TestCase("[a]\nb.c = 1\n[a.b]", "table 'a.b' is already defined on line 2")]
    [TestCase("[a]\n[[a]]", "table 'a' is already defined on line 1")]
    [TestCase("[[a]]\n[a]", "array of tables 'a' is already defined on line 1")]
    [TestCase("[a.b]\n[a]\nb.c = 1", "table 'b' is already defined on line 1; add the key under its header")]
    [TestCase("a = {}\na.b = 1", InBraces)]
    [TestCase("a = {}\n[a.b]", InBraces)]
    [TestCase("a = 1\na.b = 1", "'a' is an integer on line 1, so that it can have no keys")]
    [TestCase("a = [1]\n[a.b]", "'a' is an array on line 1, so that it can have no keys")]
    public void Read_DefinedTwice_NamesTheLineOfTheFirst(string text, string message) =>
        Assert.That(MessageOf(text), Is.EqualTo(message));

    [TestCase("listen = 0.0.0.0:80", "'0.0.0.0:80' is not a number; text must be in quotes")]
    [TestCase("idle = 5s", "'5s' is not a number; text must be in quotes")]
    [TestCase("balance = ring", "'ring' is not a value; text must be in quotes")]
    [TestCase("a = True", "write 'true' in lower case")]
    [TestCase("a = 01", "'01' must not start with a zero")]
    [TestCase("a = 1__0", "'1__0' is not a number; every '.' and '_' needs a digit on both sides")]
    [TestCase("a = 1.", "'1.' is not a number; every '.' and '_' needs a digit on both sides")]
    [TestCase("a = -0x1", "'-0x1' must not have a sign; only decimal numbers may")]
    [TestCase("a = 9223372036854775808", "'9223372036854775808' does not fit into 64 bits")]
    [TestCase("a = 0xFFFFFFFFFFFFFFFF", "'0xFFFFFFFFFFFFFFFF' does not fit into 64 bits")]
    [TestCase("a = 2021-02-30", "in '2021-02-30' the day of that month must be 1 to 28")]
    [TestCase("a = 12:60:00", "in '12:60:00' the minute must be 0 to 59")]
    [TestCase("a = 23:59:60", "in '23:59:60' the second must be 0 to 59")]
    [TestCase("a =", "expected a value, but found the end of the document")]
    [TestCase("a = # x", "expected a value, but found '#'")]
    [TestCase("a\n= 1", "expected '=' after the key 'a', but found the end of the line")]
    [TestCase("a b = 1", "expected '=' after the key 'a', but found 'b'")]
    [TestCase("a = 1 b = 2", "expected the end of the line, but found 'b'")]
    [TestCase("[a", "expected ']' after 'a', but found the end of the document")]
    [TestCase("[[a]\n", "expected ']]' after 'a', but found the end of the line")]
    [TestCase("[]", "expected a key, but found ']'")]
    [TestCase("é = 1", "expected a key, but found 'é'; " + KeyCharacters)]
    [TestCase("a = [1 2]", "expected ',' or ']' in the array, but found '2'")]
    [TestCase("a = {b = 1 c = 2}", "expected ',' or '}' in the inline table, but found 'c'")]
    [TestCase("a = {b = 1,}", "an inline table must not end with a comma")]
    [TestCase("a = {\nb = 1}", "an inline table must stand on one line; for several lines use a [header]")]
    [TestCase("a = [1", "the array that starts here has no closing ']'")]
    [TestCase("a = {b = 1", "the inline table that starts here has no closing '}'")]
    [TestCase("a = \"x", "a string starts here with \" but does not end on this line")]
    [TestCase("'a = 1", "a key starts here with ' but does not end on this line")]
    [TestCase("\"\"\"a\"\"\" = 1", "a key must not span lines")]
    [TestCase("a = '''x", "the string that starts here with ''' never ends")]
    [TestCase("a = \"\\U00110000\"", "\\U00110000 is not the code point of a character")]
    [TestCase("a = \"\\ud800\"", "\\ud800 is not the code point of a character")]
    [TestCase("a = \"\\u12G4\"", "\\u must be followed by 4 hexadecimal digits")]
    public void Read_Mistake_IsToldInPlainWords(string text, string message) =>
        Assert.That(MessageOf(text), Is.EqualTo(message));

    [Test]
    public void Read_UnknownEscape_ListsTheKnownOnes() =>
        Assert.That(MessageOf("a = \"C:\\path\""), Does.Contain("\\b \\t \\n").And.Contain("'single quotes'"));

    [Test]
    public void Read_LongOrUnprintableKeyDefinedTwice_IsQuotedShortAndPrintable()
    {
        string key = "\"\\n\\u202e" + new string('k', 10_000) + "\"";

        string message = MessageOf($"{key} = 1\n{key} = 2");

        Assert.That(message, Does.StartWith("key '<U+000A><U+202E>kkk").And.Length.LessThan(120));
    }

    private static string MessageOf(string text) =>
        Assert.Throws<TomlException>(() => TomlReader.Read(text))!.Message;
}
