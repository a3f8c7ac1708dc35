using System.Text.RegularExpressions;
using HotlinePush.Routing;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound;

/// <summary>How a request came to be one of its own.</summary>
[CamelCaseWords]
public enum RequestKind
{
    /// <summary>Plain words: they belong to the request the conversation is about, or begin it.</summary>
    Plain,

    /// <summary>Said to be another matter 新诉求.</summary>
    New,

    Anonymous,
    Confidential,

    /// <summary>Words of a live emergency.</summary>
    Alarm,
}

/// <summary>What a message is, by itself: nothing of the conversation is asked.</summary>
public abstract record Intent
{
    public sealed record Nothing : Intent;

    public sealed record Taken(string Taker) : Intent;

    public sealed record OptOut(bool Out) : Intent;

    public sealed record Help : Intent;

    public sealed record Disclosure : Intent;

    /// <param name="Number">Null: the one ticket that waits for a word.</param>
    public sealed record Rate(int Digit, string? Number) : Intent;

    /// <param name="Number">As quoted, a real number or not; null: what the sender has open.</param>
    public sealed record Ask(string? Number) : Intent;

    /// <param name="Number">A ticket's number that stands in the words.</param>
    /// <param name="Service">Whom to dial, with <see cref="RequestKind.Alarm"/>.</param>
    public sealed record Request(RequestKind Kind, string Words, string? Number, string? Service = null) : Intent;
}

/// <summary>Reads what a message is. Pure.</summary>
public static partial class InboundWords
{
    private const int MaxSubject = 40;
    private const int MaxWords = 10_000;
    private const int ShortAsk = 60;

    /// <summary>What all our own texts begin with: a message that does is one of them coming back.</summary>
    public const string Ours = "【12345】";

    private static readonly HashSet<string> Out = new(StringComparer.Ordinal)
        { "td", "t", "tdq", "n", "退订", "td退订", "回t退订", "退订短信", "stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout" };

    private static readonly HashSet<string> In = new(StringComparer.Ordinal) { "start", "unstop", "订阅", "恢复订阅", "开通" };
    private static readonly HashSet<string> Helps = new(StringComparer.Ordinal) { "help", "info", "h", "帮助", "使用说明", "菜单", "?" };

    public static Intent Read(InboundMessage message, IEnumerable<IInboundTaker> takers)
    {
        if (message.Automatic || (message.Text ?? "").TrimStart().StartsWith(Ours, StringComparison.Ordinal))
            return new Intent.Nothing();
        foreach (var taker in takers)
            if (taker.Takes(message))
                return new Intent.Taken(taker.Name);
        var words = WordsOf(message);
        var plain = PlainText.Fold(words).Trim().TrimEnd('。', '.', '!', '！', ' ');
        if (message.Media.Count == 0 && message.Location is null && Command(plain) is { } command)
            return command;
        var service = AlarmWords.Detect(SubjectOf(words), words)?.Service;
        if (service is not null)
            return new Intent.Request(RequestKind.Alarm, words, null, service);
        var number = message.Thread ?? Numbers().Matches(plain).Select(m => m.Value).FirstOrDefault(TicketNumber.IsValid);
        var kind = plain.StartsWith("匿名", StringComparison.Ordinal) ? RequestKind.Anonymous
            : plain.StartsWith("保密", StringComparison.Ordinal) ? RequestKind.Confidential
            : NewMatter().IsMatch(plain) ? RequestKind.New : RequestKind.Plain;
        if (kind == RequestKind.Plain && message.Thread is null && plain.Length <= ShortAsk && Disclosure().IsMatch(plain) && !Complains().IsMatch(plain))
            return new Intent.Disclosure();
        return new Intent.Request(kind, kind == RequestKind.New ? NewMatter().Replace(words, "", 1) : words, kind == RequestKind.Plain ? number : null);
    }

    private static Intent? Command(string plain)
    {
        if (plain.Length == 0 || plain.Length > 40)
            return plain.Length == 0 ? new Intent.Nothing() : null;
        if (Out.Contains(plain) || In.Contains(plain))
            return new Intent.OptOut(Out.Contains(plain));
        if (Helps.Contains(plain))
            return new Intent.Help();
        if (Rating().Match(plain) is { Success: true } rating)
            return new Intent.Rate(rating.Groups["digit"].Value[0] - '0', NumberIn(rating));
        return Asking().Match(plain) is { Success: true } asking ? new Intent.Ask(NumberIn(asking)) : null;
    }

    private static string? NumberIn(Match match) => match.Groups["number"] is { Success: true, Value: var number } ? number : null;

    /// <summary>What goes to the ticket: what was said, the subject in front, and what stands for a picture or a place alone.</summary>
    public static string WordsOf(InboundMessage message)
    {
        var parts = new List<string>();
        if (Clean(message.Subject) is { Length: > 0 } subject && !Clean(message.Text).StartsWith(subject, StringComparison.Ordinal))
            parts.Add(subject);
        if (Clean(message.Text) is { Length: > 0 } text)
            parts.Add(text);
        if (parts.Count == 0 && message.Media.Count > 0)
            parts.Add($"（发来{message.Media.Count}个文件，没有文字）");
        if (message.Location is { } place)
            parts.Add($"（位置：{Clean(place.Address)} {place.Lat?.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture)},{place.Lng?.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture)}）");
        var words = string.Join('\n', parts);
        return words.Length <= MaxWords ? words : words[..(MaxWords - 20 - (char.IsHighSurrogate(words[MaxWords - 21]) ? 1 : 0))] + "……（以下从略）";
    }

    /// <summary>The first sentence, as a list shows it.</summary>
    public static string SubjectOf(string words)
    {
        var line = words.ReplaceLineEndings("\n").Split(['\n', '。', '！', '？', '；', '!', '?', ';'], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? words.Trim();
        return line.Length <= MaxSubject ? line : line[..(MaxSubject - (char.IsHighSurrogate(line[MaxSubject - 1]) ? 1 : 0))];
    }

    /// <summary>By what people call it themselves; otherwise they ask for help.</summary>
    public static TicketType TypeOf(string words) => words switch
    {
        _ when words.Contains("举报", StringComparison.Ordinal) => TicketType.Report,
        _ when words.Contains("投诉", StringComparison.Ordinal) => TicketType.Complaint,
        _ when words.Contains("建议", StringComparison.Ordinal) => TicketType.Suggestion,
        _ when words.Contains("表扬", StringComparison.Ordinal) || words.Contains("锦旗", StringComparison.Ordinal) => TicketType.Praise,
        _ when Question().IsMatch(words) => TicketType.Inquiry,
        _ => TicketType.Help,
    };

    /// <summary>Without characters that no text of ours may hold.</summary>
    private static string Clean(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return "";
        if (Web.Characters.AreAllowed(text))
            return text.Trim();
        var kept = new System.Text.StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            // Half a pair reads as U+FFFD.
            if (rune.Value != 0xFFFD && Web.Characters.AreAllowed(rune.ToString()))
                kept.Append(rune);
        return kept.ToString().Trim();
    }

    [GeneratedRegex(@"^(评价)?\s*(?<digit>[123])(\s+(?<number>\d{14}))?$|^(?<number>\d{14})\s+(?<digit>[123])$")]
    private static partial Regex Rating();

    [GeneratedRegex(@"^((查询|查|查进度|查询进度|进度|办理进度|状态|status)[\s:,，：]*)?(?<number>\d{14})$|^(查询|查进度|查询进度|进度|办理进度|状态|status)$")]
    private static partial Regex Asking();

    [GeneratedRegex(@"^\s*(新诉求|新的诉求|新问题|另外反映)[\s:：,，。]*")]
    private static partial Regex NewMatter();

    [GeneratedRegex(@"(?<!\d)\d{14}(?!\d)")]
    private static partial Regex Numbers();

    [GeneratedRegex("依申请公开|申请(政府)?信息公开|(政府)?信息公开申请")]
    private static partial Regex Disclosure();

    [GeneratedRegex("投诉|举报|不答复|未答复|没有?答复|超期|逾期|不公开|没收到")]
    private static partial Regex Complains();

    [GeneratedRegex("[?？]|咨询|请问|怎么办理|如何办理|吗$")]
    private static partial Regex Question();
}
