using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace L4Balancer.Config;

/// <summary>
/// What an answer must contain: some bytes, or what a regular expression matches. Two are equal where they are written
/// alike. Any thread.
/// </summary>
public sealed class AnswerPattern : IEquatable<AnswerPattern>
{
    private readonly Regex? _regex;

    private AnswerPattern(ReadOnlyMemory<byte> bytes, Regex? regex)
    {
        Bytes = bytes;
        _regex = regex;
    }

    /// <summary>No bytes: every answer contains them.</summary>
    public static AnswerPattern Empty { get; } = new(default, null);

    /// <summary>The bytes; none where it is an expression.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The expression as written; null where it is bytes.</summary>
    public string? Expression => _regex?.ToString();

    /// <summary>Nothing is expected.</summary>
    public bool IsEmpty => _regex is null && Bytes.IsEmpty;

    /// <summary>Bytes that must occur.</summary>
    public static AnswerPattern Of(ReadOnlyMemory<byte> bytes) => bytes.IsEmpty ? Empty : new(bytes, null);

    /// <summary>
    /// An expression that must match somewhere. It sees each byte as one character. Its time is linear in the length of
    /// the answer, whatever a backend sends: expressions that cannot promise that are refused.
    /// </summary>
    /// <param name="expression">The expression; ASCII alone.</param>
    /// <returns>The pattern, or what is wrong with the expression.</returns>
    public static (AnswerPattern? Pattern, string Problem) OfExpression(string expression)
    {
        try
        {
            const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
            return (new AnswerPattern(default, new Regex(expression, Linear)), "");
        }
        catch (RegexParseException wrong)
        {
            // Invalid pattern '(' at offset 1. Not enough )'s.
            string[] said = wrong.Message.Split($"{wrong.Offset}. ", 2);
            string why = said.Length == 2 ? said[1].TrimEnd('.') : $"{wrong.Error}";
            return (null, $"{char.ToLowerInvariant(why[0])}{why[1..]} at its character {wrong.Offset}");
        }
        catch (NotSupportedException)
        {
            return (null, "look-around, back references and atomic groups are not possible");
        }
    }

    /// <summary>True where the answer contains it.</summary>
    public bool IsIn(ReadOnlySpan<byte> answer)
    {
        if (_regex is null) return answer.IndexOf(Bytes.Span) >= 0;

        char[] characters = ArrayPool<char>.Shared.Rent(answer.Length);
        try
        {
            int count = Encoding.Latin1.GetChars(answer, characters);
            return _regex.IsMatch(characters.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    /// <inheritdoc/>
    public bool Equals(AnswerPattern? other) =>
        other is not null && Expression == other.Expression && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AnswerPattern);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Expression);
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }
}
