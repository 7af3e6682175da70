using Spectre.Console;
using Spectre.Console.Rendering;

namespace L4Balancer.Daemon.Commands.Display;

/// <summary>Lines for a terminal, written at once so that nothing flickers. Of a screen none may be wider.</summary>
/// <param name="lines">The lines.</param>
/// <param name="isScreen">They replace what the screen shows, from its top.</param>
internal sealed class StyledLines(IReadOnlyList<Cell[]> lines, bool isScreen = false) : Renderable
{
    // ECMA-48: to the top left; erase the line; erase from here to the end.
    private const string Home = "\u001B[H";
    private const string EraseLine = "\u001B[2K";
    private const string EraseRest = "\u001B[J";

    /// <summary>The style that shows a tone. Colours are the terminal's own, dark or light.</summary>
    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Warning => new Style(Color.Olive),
        Tone.Bad => new Style(Color.Maroon, decoration: Decoration.Bold),
        Tone.Faint => new Style(decoration: Decoration.Dim),
        Tone.Title => new Style(decoration: Decoration.Bold),
        Tone.Chosen => new Style(decoration: Decoration.Invert),
        _ => Style.Plain,
    };

    /// <inheritdoc/>
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        if (isScreen) yield return Segment.Control(Home);
        for (int i = 0; i < lines.Count; i++)
        {
            // First, not last: behind a full line the cursor still stands on its last character.
            if (isScreen) yield return Segment.Control(EraseLine);
            foreach (Cell cell in lines[i])
            {
                if (cell.Text.Length > 0) yield return new Segment(cell.Text, StyleOf(cell.Tone));
            }

            // A line feed behind the screen's last line would move all of it up.
            if (!isScreen || i < lines.Count - 1) yield return Segment.LineBreak;
        }

        if (isScreen) yield return Segment.Control(EraseRest);
    }
}
