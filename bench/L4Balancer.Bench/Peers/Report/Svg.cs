using System.Globalization;
using System.Net;
using System.Text;

namespace L4Balancer.Bench.Peers.Report;

/// <summary>A picture of bars, lines and words that suits light and dark pages.</summary>
/// <param name="width">In pixels.</param>
/// <param name="height">In pixels.</param>
/// <param name="style">Rules beside those that all pictures have.</param>
internal sealed class Svg(int width, int height, string style = "")
{
    private const string Style = """
        <style>
          text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1c2330 }
          .page { fill: #ffffff }
          .title { font-size: 16px; font-weight: 600 }
          .quiet { fill: #566074; font-size: 12px }
          .bold { font-weight: 600 }
          .axis { stroke: #c4cad6; stroke-width: 1 }
          .line { stroke: #1c2330; stroke-width: 1.5; stroke-dasharray: 5 3 }
          .tick { stroke: #b3261e; stroke-width: 3 }
          .own { fill: #d9730d }
          .haproxy { fill: #3b74c4 }
          .nginx { fill: #2f8f5b }
          .direct { fill: #8b94a5 }
          .bad { fill: #b3261e }
          @media (prefers-color-scheme: dark) {
            text { fill: #e7ebf3 }
            .page { fill: #12161f }
            .quiet { fill: #a3adbf }
            .axis { stroke: #3a4354 }
            .line { stroke: #e7ebf3 }
            .tick { stroke: #ff8a80 }
            .own { fill: #f29544 }
            .haproxy { fill: #6ea3ef }
            .nginx { fill: #5cc18b }
            .direct { fill: #8b94a5 }
            .bad { fill: #ff8a80 }
          }
        </style>
        """;

    private readonly StringBuilder _body = new();

    /// <summary>Writes words; <paramref name="anchor"/> is start, middle or end.</summary>
    public void Text(double x, double y, string words, string wordStyle = "", string anchor = "start") =>
        _body.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:F1}\" y=\"{y:F1}\" class=\"{wordStyle}\" ")
            .Append(CultureInfo.InvariantCulture, $"text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(words)}</text>\n");

    /// <summary>Draws a bar from its left end.</summary>
    public void Bar(double x, double y, double length, double thickness, string barStyle) => _body.Append(
        CultureInfo.InvariantCulture,
        $"<rect x=\"{x:F1}\" y=\"{y:F1}\" width=\"{Math.Max(length, 1):F1}\" height=\"{thickness:F1}\" rx=\"2\" ")
        .Append(CultureInfo.InvariantCulture, $"class=\"{barStyle}\"/>\n");

    /// <summary>Draws an upright line.</summary>
    public void Line(double x, double from, double to, string lineStyle) => _body.Append(
        CultureInfo.InvariantCulture,
        $"<line x1=\"{x:F1}\" y1=\"{from:F1}\" x2=\"{x:F1}\" y2=\"{to:F1}\" class=\"{lineStyle}\"/>\n");

    /// <summary>Draws an area.</summary>
    public void Box(double x, double y, double boxWidth, double boxHeight, string boxStyle) => _body.Append(
        CultureInfo.InvariantCulture,
        $"<rect x=\"{x:F1}\" y=\"{y:F1}\" width=\"{boxWidth:F1}\" height=\"{boxHeight:F1}\" class=\"{boxStyle}\"/>\n");

    /// <summary>Draws a line through points.</summary>
    public void Curve(IEnumerable<(double X, double Y)> points, string curveStyle)
    {
        IEnumerable<string> written =
            points.Select(static one => string.Create(CultureInfo.InvariantCulture, $"{one.X:F1},{one.Y:F1}"));
        _body.Append($"<polyline points=\"{string.Join(' ', written)}\" class=\"{curveStyle}\"/>\n");
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">
        {Style}{(style.Length == 0 ? "" : $"\n<style>\n{style}\n</style>")}
        <rect class="page" width="{width}" height="{height}"/>
        {_body}</svg>

        """);
}
