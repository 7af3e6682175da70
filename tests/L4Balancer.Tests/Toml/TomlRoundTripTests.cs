using System.Text;
using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Toml;
using NUnit.Framework;
using static L4Balancer.Tests.Toml.TomlDocumentModel;

namespace L4Balancer.Tests.Toml;

/// <summary>Whatever a document holds and however it is written, reading gives back what was written.</summary>
internal sealed class TomlRoundTripTests
{
    private const int Documents = 2_000;

    [Test]
    public void Read_AnyWayOfWritingADocument_GivesItsValues()
    {
        Gen<(Table Table, int Seed)> cases = TomlDocumentModel.Documents()
            .Zip(Gen.Choose(0, int.MaxValue), (table, seed) => (table, seed));

        Prop.ForAll(cases.ToArbitrary(), drawn =>
        {
            string text = new TomlDocumentWriter(drawn.Seed).Write(drawn.Table);
            TomlTable fromText = TomlReader.Read(text);
            TomlTable fromBytes = TomlReader.Read(Encoding.UTF8.GetBytes(text));
            return (Same(drawn.Table, fromText) && Same(drawn.Table, fromBytes)).Label(text);
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(Documents));
    }

    private static bool Same(object expected, TomlNode actual) => (expected, actual) switch
    {
        (Table table, TomlTable node) => table.Entries.Count == node.Entries.Count && table.Entries.All(
            entry => node.TryGet(entry.Key, out TomlEntry found) && Same(entry.Value, found.Value)),
        (List<object> list, TomlArray node) => list.Count == node.Items.Count
            && list.Zip(node.Items, Same).All(isSame => isSame),
        (string value, TomlString node) => value == node.Value,
        (long value, TomlInteger node) => value == node.Value,
        (double value, TomlFloat node) => value.Equals(node.Value),
        (bool value, TomlBoolean node) => value == node.Value,
        (DateTime value, TomlLocalDateTime node) => value == node.Value,
        (DateOnly value, TomlLocalDate node) => value == node.Value,
        (TimeOnly value, TomlLocalTime node) => value == node.Value,
        (Moment value, TomlOffsetDateTime node) => value.Local == node.Local && value.Offset == node.Offset,
        _ => false,
    };
}
