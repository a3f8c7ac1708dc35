using System.Collections.Immutable;
using System.Text;

namespace HotlinePush.Notices.Texts;

/// <summary>
/// A text with placeholders: <c>{{姓名}}</c> is replaced by the recipient's own value; a line that begins with <c>{{?金额}}</c> is left out where
/// that field is not set. No other logic. Filled in one pass: values are put in as they are and never looked at again.
/// </summary>
public sealed class NoticeTemplate
{
    /// <summary>Different placeholders of one text.</summary>
    public const int MaxPlaceholders = 50;

    public const int MaxName = 64;

    private readonly ImmutableArray<Line> _lines;

    private NoticeTemplate(ImmutableArray<Line> lines)
    {
        _lines = lines;
        Required = [.. lines.SelectMany(l => l.Pieces.Where(p => p.Name is not null && p.Name != l.OnlyIf).Select(p => p.Name!)).Distinct(StringComparer.Ordinal)];
        Names = [.. Required.Concat(lines.Select(l => l.OnlyIf).OfType<string>()).Distinct(StringComparer.Ordinal)];
    }

    /// <param name="Name">A placeholder; null: <paramref name="Text"/> as it stands.</param>
    private readonly record struct Piece(string? Name, string Text);

    private sealed record Line(string? OnlyIf, ImmutableArray<Piece> Pieces, bool Ends);

    /// <summary>Fields named anywhere.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Fields that must have a value wherever their line is shown.</summary>
    public ImmutableArray<string> Required { get; }

    /// <returns>The template, or what is wrong with the text, for people.</returns>
    public static (NoticeTemplate? Template, string? Problem) Parse(string text)
    {
        var lines = ImmutableArray.CreateBuilder<Line>();
        var rows = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < rows.Length; i++)
        {
            if (ParseLine(rows[i], i < rows.Length - 1, out var line) is { } problem)
                return (null, $"第{i + 1}行：{problem}");
            lines.Add(line!);
        }

        var template = new NoticeTemplate(lines.ToImmutable());
        return template.Names.Length > MaxPlaceholders ? (null, $"占位符最多{MaxPlaceholders}个。") : (template, null);
    }

    private static string? ParseLine(string row, bool ends, out Line? line)
    {
        line = null;
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        string? onlyIf = null;
        var rest = row.AsSpan();
        while (rest.IndexOf("{{") is var open and >= 0)
        {
            if (open > 0)
                pieces.Add(new(null, rest[..open].ToString()));
            var close = rest[open..].IndexOf("}}");
            if (close < 0)
                return "“{{”没有对应的“}}”。";
            var name = rest[(open + 2)..(open + close)].Trim().ToString();
            rest = rest[(open + close + 2)..];
            if (name.StartsWith('?') || name.StartsWith('？'))
            {
                if (onlyIf is not null || pieces.Count > 0)
                    return "条件“{{?字段}}”只能写在一行的开头。";
                onlyIf = name[1..].Trim();
                if (!IsName(onlyIf))
                    return "条件里没有写字段名。";
                continue;
            }

            if (!IsName(name))
                return name.Length == 0 ? "“{{}}”里没有写字段名。" : $"字段名“{Shown(name)}”不能用。";
            pieces.Add(new(name, ""));
        }

        if (rest.IndexOf("}}") >= 0)
            return "“}}”没有对应的“{{”。";
        if (rest.Length > 0)
            pieces.Add(new(null, rest.ToString()));
        line = new(onlyIf, pieces.ToImmutable(), ends);
        return null;
    }

    /// <summary>The text for one recipient.</summary>
    /// <param name="value">A field's value; null or blank where it is not set.</param>
    /// <param name="escape">What the channel does to a value before it is put in.</param>
    /// <param name="missing">The fields without a value that a shown line needs; the text is then not to be sent.</param>
    public string Fill(Func<string, string?> value, Func<string, string> escape, out ImmutableArray<string> missing)
    {
        var text = new StringBuilder();
        var lacking = ImmutableArray.CreateBuilder<string>();
        foreach (var line in _lines)
        {
            if (line.OnlyIf is { } field && string.IsNullOrWhiteSpace(value(field)))
                continue;
            foreach (var piece in line.Pieces)
            {
                if (piece.Name is null)
                    text.Append(piece.Text);
                else if (value(piece.Name) is { } found && !string.IsNullOrWhiteSpace(found))
                    text.Append(escape(found.Trim()));
                else if (!lacking.Contains(piece.Name))
                    lacking.Add(piece.Name);
            }

            if (line.Ends)
                text.Append('\n');
        }

        missing = lacking.ToImmutable();
        return text.ToString().TrimEnd('\n');
    }

    private static bool IsName(string name) => name.Length is > 0 and <= MaxName && name.AsSpan().IndexOfAny("{}?？<>") < 0 && Web.Characters.AreAllowed(name);

    private static string Shown(string name) => name.Length > 20 ? name[..20] + "…" : name;
}
