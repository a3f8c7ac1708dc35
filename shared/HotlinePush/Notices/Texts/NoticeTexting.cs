using System.Collections.Immutable;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Units;

namespace HotlinePush.Notices.Texts;

/// <summary>A text made for one recipient on one channel.</summary>
/// <param name="Missing">Fields without a value: the text must not be sent.</param>
/// <param name="Values">What each placeholder became, for channels that take a template's variables instead of the text.</param>
public sealed record MadeText(string To, string? Subject, string Body, ImmutableArray<string> Missing, IReadOnlyDictionary<string, string>? Values = null);

/// <summary>
/// Makes a notice's texts from its templates and one recipient's own values: plain text on every channel. Letters, HTML mail and pages encode the
/// whole text when they show it, for what an office wrote is no more markup than what a list says.
/// </summary>
public sealed class NoticeTexting
{
    private readonly Notice _notice;
    private readonly City _city;
    private readonly ImmutableDictionary<ChannelKind, (NoticeTemplate? Subject, NoticeTemplate Body)> _templates;

    /// <exception cref="ArgumentException">A text is no template; <see cref="NoticeChecks"/> refuses such a notice when it is written.</exception>
    public NoticeTexting(Notice notice, City city)
    {
        (_notice, _city) = (notice, city);
        _templates = notice.Channels.ToImmutableDictionary(c => c, c => (SubjectOf(c), Parsed(TextOf(notice.Texts, c)!)));
    }

    /// <summary>The fields any of the texts names, and the one the channel's own text needs.</summary>
    public IEnumerable<string> Required => _templates.Values.SelectMany(t => t.Body.Required.Concat(t.Subject?.Required ?? [])).Distinct(StringComparer.Ordinal);

    public static string? TextOf(NoticeTexts texts, ChannelKind channel) => channel switch
    {
        ChannelKind.Sms => texts.Sms,
        ChannelKind.Email => texts.Email?.Body,
        ChannelKind.WeChat => texts.Wechat,
        _ => texts.Letter,
    };

    /// <summary>For people to recognise, not to use.</summary>
    public static string? Masked(ChannelKind channel, string? to) => to is null ? null : channel switch
    {
        ChannelKind.Sms => PhoneNumber.Mask(to),
        ChannelKind.Email => PhoneNumber.MaskEmail(to),
        ChannelKind.WeChat => to.Length > 6 ? to[..3] + "***" + to[^3..] : "***",
        _ => to,
    };

    /// <returns>Null where the recipient has no contact on that channel.</returns>
    public MadeText? Make(Recipient recipient, ChannelKind channel, string? link = null)
    {
        if (DeliveryChannels.AddressOf(recipient, channel) is not { } to)
            return null;
        var (subject, body) = _templates[channel];
        if (channel == ChannelKind.Sms && recipient.SharedPhone)
            return new(to, null, OneLine($"{_notice.Title}。此号码登记在多人名下，详情请凭链接查询，或向村（社区）了解：{link}"), []);
        Func<string, string> escape = channel switch
        {
            ChannelKind.Sms => OneLine,
            // A letter is plain text as well: whoever prints it escapes the whole.
            _ => v => v,
        };
        string? Value(string name) => ValueOf(recipient, name, link);
        var text = body.Fill(Value, escape, out var missing);
        if (subject is null)
            return new(to, null, text, missing, channel is ChannelKind.Sms or ChannelKind.WeChat ? body.Names.ToDictionary(n => n, n => escape(Value(n) ?? "")) : null);
        var head = subject.Fill(Value, OneLine, out var lacking);
        return new(to, OneLine(head), text, [.. missing.Union(lacking)]);
    }

    /// <summary>The recipient's own values that stand in the text of a channel, by placeholder.</summary>
    public IReadOnlyDictionary<string, string> ValuesOf(Recipient recipient, ChannelKind channel) => _templates[channel] is var (subject, body)
        ? body.Names.Concat(subject?.Names ?? []).Distinct(StringComparer.Ordinal).Where(n => n is not ("title" or "标题" or "link" or "链接"))
            .Select(n => (Name: n, Value: ValueOf(recipient, n, null))).Where(v => !string.IsNullOrWhiteSpace(v.Value)).ToDictionary(v => v.Name, v => v.Value!.Trim(), StringComparer.Ordinal)
        : [];

    /// <summary>A channel's text as everybody may read it: no value, only that one stands there.</summary>
    public static (string? Subject, string Body)? Neutral(Notice notice, ChannelKind channel, string link)
    {
        if (TextOf(notice.Texts, channel) is not { } text || !notice.Channels.Contains(channel))
            return null;
        return (channel == ChannelKind.Email ? Filled(notice.Texts.Email!.Subject) : null, Filled(text));

        string Filled(string template) => Parsed(template).Fill(
            name => name is "title" or "标题" ? notice.Title : name is "link" or "链接" ? link : "〔…〕", v => v, out _);
    }

    private string? ValueOf(Recipient recipient, string name, string? link) => name switch
    {
        "name" or "姓名" => recipient.Name,
        "area" or "区划" => _city.FindArea(recipient.AreaId)?.Name ?? recipient.Fields.GetValueOrDefault(name),
        "address" or "地址" => recipient.Address,
        "title" or "标题" => _notice.Title,
        "link" or "链接" => link ?? "",
        // Registered templates hold the site's address and take only what follows it as a variable.
        "linkCode" or "链接码" => link?[(link.LastIndexOf('/') + 1)..] ?? "",
        _ => recipient.Fields.GetValueOrDefault(name),
    };

    /// <summary>A name that does not come from a further column of the list.</summary>
    public static bool IsOwn(string name) => name is "name" or "姓名" or "area" or "区划" or "address" or "地址" or "title" or "标题" or "link" or "链接" or "linkCode" or "链接码";

    private NoticeTemplate? SubjectOf(ChannelKind channel) => channel == ChannelKind.Email ? Parsed(_notice.Texts.Email!.Subject) : null;

    private static NoticeTemplate Parsed(string text) => NoticeTemplate.Parse(text) is ({ } template, _) ? template : throw new ArgumentException("The text is no template.");

    /// <summary>Line ends would add headers to an e-mail; brackets would look like another sender's signature.</summary>
    private static string OneLine(string value) =>
        value.ReplaceLineEndings(" ").Replace('\t', ' ').Replace('【', '〔').Replace('】', '〕');
}
