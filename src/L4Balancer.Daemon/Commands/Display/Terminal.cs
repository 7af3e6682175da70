using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace L4Balancer.Daemon.Commands.Display;

/// <summary>
/// Standard output as commands write to it: with colours and in its width on a terminal, plain and in full elsewhere.
/// </summary>
internal sealed class Terminal(IAnsiConsole console)
{
    /// <summary>That of this process.</summary>
    public static Terminal Output { get; } = new(AnsiConsole.Console);

    /// <summary>Columns of the terminal; null where the output is none.</summary>
    public int? Width => console.Profile.Out.IsTerminal ? console.Profile.Width : null;

    /// <summary>
    /// From now on a write fails with <see cref="IOException"/> when nobody reads the pipe any more, where the console
    /// itself goes on in silence. For what would not end otherwise.
    /// </summary>
    public static void FailWithoutReader()
    {
        if (!Console.IsOutputRedirected) return;

        // A file has no reader, and a position that others may share.
        const int StandardOutput = 1;
        FileStream stream = new(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        if (!stream.CanSeek) Console.SetOut(new StreamWriter(stream) { AutoFlush = true });
    }

    /// <summary>Writes a line.</summary>
    public void Write(params Cell[] line)
    {
        if (Width is not null) console.Write(new StyledLines([line]));
        else Console.Out.WriteLine(string.Concat(line.Select(static cell => cell.Text)).TrimEnd());
    }

    /// <summary>Writes a table.</summary>
    public void Write(TextTable table)
    {
        foreach (Cell[] line in table.Lines(Width)) Write(line);
    }

    /// <summary>Writes a sentence, broken at blanks where it is wider than the terminal.</summary>
    public void WriteSentence(string text, Tone tone = Tone.Plain)
    {
        IEnumerable<string> parts = Width is { } width ? TextTable.Wrap(text, width) : [text];
        foreach (string part in parts) Write(new Cell(part, tone));
    }
}
