using System.Collections.Immutable;
using System.Text.RegularExpressions;
using HotlinePush.Channels;

namespace HotlinePush.Notices.Templates;

/// <summary>
/// Compares a notice's text with the registered one: the same words, and a placeholder wherever the template has a variable. Their names
/// may differ, for providers take Latin letters and offices write Chinese columns.
/// </summary>
public static partial class TemplateText
{
    private const int Shown = 16;

    /// <param name="Name">A variable or placeholder; null: <paramref name="Text"/> as it stands.</param>
    private readonly record struct Piece(string? Name, string Text);

    [GeneratedRegex(@"\$\{([A-Za-z0-9_\u4e00-\u9fff]{1,32})\}", RegexOptions.CultureInvariant)]
    private static partial Regex SmsVariable();

    [GeneratedRegex(@"\{\{\s*([A-Za-z0-9_]{1,32})\.DATA\s*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex WeChatVariable();

    [GeneratedRegex(@"\{\{\s*([^{}]*?)\s*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();

    /// <summary>What is wrong with the text as a template; null: nothing.</summary>
    public static string? ProblemOf(ChannelKind channel, string text)
    {
        var rest = string.Concat(Pieces(text, Variable(channel)).Where(p => p.Name is null).Select(p => p.Text));
        if (channel == ChannelKind.Sms)
            return rest.Contains("${", StringComparison.Ordinal) ? "变量写作 ${name}，名称为字母、数字、下划线或汉字，最多32个。" : null;
        return rest.Contains("{{", StringComparison.Ordinal) || rest.Contains("}}", StringComparison.Ordinal) ? "变量写作 {{name.DATA}}，名称为字母、数字或下划线。" : null;
    }

    /// <returns>Each variable's placeholder, or the first difference, for people.</returns>
    public static (ImmutableDictionary<string, string>? Variables, string? Difference) Bind(RegisteredTemplate template, string text)
    {
        var wanted = Pieces(template.Text, Variable(template.Channel));
        var given = Pieces(text, Placeholder());
        if (given.Exists(p => p.Name?.StartsWith('?') == true || p.Name?.StartsWith('？') == true))
            return (null, "报备模板的文字是固定的，不能有“{{?字段}}”条件行。");
        var variables = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Max(wanted.Count, given.Count); i++)
        {
            var (w, g) = (i < wanted.Count ? wanted[i] : default, i < given.Count ? given[i] : default);
            if (w.Name is null != g.Name is null || w.Name is null && w.Text != g.Text)
                return (null, Differs(w, g));
            if (w.Name is null)
                continue;
            if (variables.TryGetValue(w.Name, out var before) && before != g.Name)
                return (null, $"模板变量“{w.Name}”出现两次，须用同一个占位符，通知中为“{{{{{before}}}}}”和“{{{{{g.Name}}}}}”。");
            variables[w.Name] = g.Name!;
        }

        return (variables.ToImmutable(), null);
    }

    /// <summary>The variables' values where a finished text has the template's words; null where it has not.</summary>
    public static IReadOnlyDictionary<string, string>? Match(RegisteredTemplate template, string text)
    {
        var pieces = Pieces(template.Text, Variable(template.Channel));
        var pattern = string.Concat(pieces.Select(p => p.Name is null ? Regex.Escape(p.Text) : "(.+?)"));
        // Without backtracking: the time it takes grows with the text alone.
        var match = Regex.Match(text.ReplaceLineEndings("\n").TrimEnd(), $"\\A{pattern}\\z", RegexOptions.Singleline | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        if (!match.Success)
            return null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, group) in pieces.Where(p => p.Name is not null).Select((p, i) => (p.Name!, match.Groups[i + 1].Value)))
            if (!values.TryAdd(name, group) && values[name] != group)
                return null;
        return values;
    }

    private static Regex Variable(ChannelKind channel) => channel == ChannelKind.Sms ? SmsVariable() : WeChatVariable();

    private static List<Piece> Pieces(string text, Regex names)
    {
        var pieces = new List<Piece>();
        var (rest, at) = (text.ReplaceLineEndings("\n").TrimEnd(), 0);
        foreach (Match match in names.Matches(rest))
        {
            if (match.Index > at)
                pieces.Add(new(null, rest[at..match.Index]));
            pieces.Add(new(match.Groups[1].Value, ""));
            at = match.Index + match.Length;
        }

        if (at < rest.Length)
            pieces.Add(new(null, rest[at..]));
        return pieces;
    }

    private static string Differs(Piece wanted, Piece given)
    {
        var same = wanted.Name is null && given.Name is null ? wanted.Text.AsSpan().CommonPrefixLength(given.Text) : 0;
        return $"报备文字此处为{Word(wanted, same)}，通知中为{Word(given, same)}。";
    }

    private static string Word(Piece piece, int from) =>
        piece.Name is { } name ? $"变量“{name}”"
        : piece.Text is null || from >= piece.Text.Length ? "结尾"
        : $"“{Cut(piece.Text[from..])}”";

    private static string Cut(string text) => text.Length <= Shown ? text : text[..(char.IsHighSurrogate(text[Shown - 1]) ? Shown - 1 : Shown)] + "…";
}
