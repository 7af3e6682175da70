using System.Globalization;

namespace L4Balancer.Toml.Reading;

/// <summary>Reads dates and times: the four forms that TOML takes from RFC 3339.</summary>
internal ref struct DateTimeReader
{
    private readonly ReadOnlySpan<char> _word;
    private readonly TomlPosition _position;
    private ReadOnlySpan<char> _rest;

    private DateTimeReader(ReadOnlySpan<char> word, TomlPosition position)
    {
        _word = _rest = word;
        _position = position;
    }

    /// <summary>Whether a word has the form of a date, so that a time may follow behind a blank.</summary>
    internal static bool IsDate(ReadOnlySpan<char> word) =>
        word.Length == 10 && StartsAsDate(word) && word[7] == '-' && AreDigits(word[5..7]) && AreDigits(word[8..]);

    /// <summary>Whether a word can only be meant as a date or time, so that its errors are those of one.</summary>
    internal static bool LooksLike(ReadOnlySpan<char> word) => StartsAsDate(word) || StartsAsTime(word);

    /// <summary>Reads a whole word as a date, a time, or both.</summary>
    internal static TomlNode Read(ReadOnlySpan<char> word, TomlPosition position) =>
        new DateTimeReader(word, position).Read();

    private TomlNode Read()
    {
        if (StartsAsTime(_rest)) return ReadLocalTime();

        DateOnly date = ReadDate();
        if (_rest.IsEmpty) return new TomlLocalDate(_position, date);
        if (!TrySkip('T') && !TrySkip('t') && !TrySkip(' ')) throw Malformed();

        DateTime local = date.ToDateTime(ReadTime());
        return _rest.IsEmpty
            ? new TomlLocalDateTime(_position, local)
            : new TomlOffsetDateTime(_position, local, ReadOffset());
    }

    private TomlLocalTime ReadLocalTime()
    {
        TimeOnly time = ReadTime();
        return _rest.IsEmpty ? new TomlLocalTime(_position, time) : throw Malformed();
    }

    private DateOnly ReadDate()
    {
        int year = ReadNumber(4, "year", 1, 9999);
        Expect('-');
        int month = ReadNumber(2, "month", 1, 12);
        Expect('-');
        return new DateOnly(year, month, ReadNumber(2, "day of that month", 1, DateTime.DaysInMonth(year, month)));
    }

    private TimeOnly ReadTime()
    {
        int hour = ReadNumber(2, "hour", 0, 23);
        Expect(':');
        int minute = ReadNumber(2, "minute", 0, 59);
        Expect(':');
        int second = ReadNumber(2, "second", 0, 59);
        return new TimeOnly(hour, minute, second).Add(TrySkip('.') ? ReadFraction() : TimeSpan.Zero);
    }

    /// <summary>Reads the digits of a fraction. What is finer than a tick is cut off, as TOML asks for.</summary>
    private TimeSpan ReadFraction()
    {
        int length = _rest.IndexOfAnyExceptInRange('0', '9');
        if (length < 0) length = _rest.Length;
        if (length == 0) throw Malformed();

        long ticks = 0;
        for (int i = 0; i < 7; i++) ticks = (ticks * 10) + (i < length ? _rest[i] - '0' : 0);
        _rest = _rest[length..];
        return new TimeSpan(ticks);
    }

    /// <summary>Reads the offset, which must be all that is left.</summary>
    private TimeSpan ReadOffset()
    {
        if (_rest is "Z" or "z") return TimeSpan.Zero;

        bool isBehind = TrySkip('-');
        if (!isBehind && !TrySkip('+')) throw Malformed();

        int hours = ReadNumber(2, "offset's hour", 0, 23);
        Expect(':');
        TimeSpan offset = new(hours, ReadNumber(2, "offset's minute", 0, 59), 0);
        if (!_rest.IsEmpty) throw Malformed();
        return isBehind ? -offset : offset;
    }

    private int ReadNumber(int digits, string name, int min, int max)
    {
        if (_rest.Length < digits || !AreDigits(_rest[..digits])) throw Malformed();

        int value = int.Parse(_rest[..digits], CultureInfo.InvariantCulture);
        _rest = _rest[digits..];
        return value >= min && value <= max ? value : throw OutOfRange($"the {name} must be {min} to {max}");
    }

    private void Expect(char separator)
    {
        if (!TrySkip(separator)) throw Malformed();
    }

    private bool TrySkip(char expected)
    {
        if (_rest.IsEmpty || _rest[0] != expected) return false;
        _rest = _rest[1..];
        return true;
    }

    private readonly TomlException OutOfRange(string what) => new(_position, $"in {Words.Quote(_word)} {what}");

    private readonly TomlException Malformed() => new(
        _position,
        $"{Words.Quote(_word)} is not a date or time such as 1979-05-27, 07:32:00 or 1979-05-27T07:32:00Z; " +
        "text must be in quotes");

    private static bool StartsAsDate(ReadOnlySpan<char> word) =>
        word.Length >= 5 && word[4] == '-' && AreDigits(word[..4]);

    private static bool StartsAsTime(ReadOnlySpan<char> word) =>
        word.Length >= 3 && word[2] == ':' && AreDigits(word[..2]);

    private static bool AreDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
