using L4Balancer.Toml;

namespace L4Balancer.Tests.Toml;

/// <summary>Checks positions against the bytes of a text, without the reader's own counting.</summary>
internal static class TextPlaces
{
    /// <summary>Whether a position is that of a character, or right behind the last one of its line.</summary>
    internal static bool IsInside(ReadOnlySpan<byte> text, TomlPosition position)
    {
        if (position.Line < 1 || position.Column < 1) return false;

        for (int line = 1; line < position.Line; line++)
        {
            int end = text.IndexOf((byte)'\n');
            if (end < 0) return false;
            text = text[(end + 1)..];
        }

        int length = text.IndexOf((byte)'\n');
        return position.Column <= CountScalars(length < 0 ? text : text[..length]) + 1;
    }

    /// <summary>Whether a node and everything in it are at places of a text.</summary>
    internal static bool AreInside(ReadOnlySpan<byte> text, TomlNode node)
    {
        if (!IsInside(text, node.Position)) return false;
        if (node is TomlTable table)
        {
            foreach (TomlEntry entry in table.Entries)
            {
                if (!IsInside(text, entry.KeyPosition) || !AreInside(text, entry.Value)) return false;
            }
        }

        if (node is TomlArray array)
        {
            foreach (TomlNode item in array.Items)
            {
                if (!AreInside(text, item)) return false;
            }
        }

        return true;
    }

    /// <summary>In UTF-8 every byte but a continuation starts a scalar value.</summary>
    private static int CountScalars(ReadOnlySpan<byte> line)
    {
        int count = 0;
        foreach (byte unit in line)
        {
            if ((unit & 0xC0) != 0x80) count++;
        }

        return count;
    }
}
