using HotlinePush.Channels;
using HotlinePush.Notices.Texts;
using HotlinePush.Web;

namespace HotlinePush.Notices;

/// <summary>What can be told of a draft by itself.</summary>
public static class NoticeChecks
{
    public const int MaxTitle = 200;

    /// <summary>A text message of more parts is a letter.</summary>
    public const int MaxSmsSegments = 10;

    public static Refusal? Of(NoticeDraft d)
    {
        var check = new Check()
            .Text("title", d.Title, required: true, max: MaxTitle)
            .That(DisclosureFields.NameOf(d.Field) is not null, "field", "unknownWord", "没有这个公开领域。")
            .Text("legalBasis", d.LegalBasis, max: 1_000)
            .Text("script", d.Script)
            .Range("perHour", d.PerHour, 1, 10_000_000)
            .That(d.Channels.Length > 0, "channels", "required", "至少选择一个发送渠道。")
            .That(d.Channels.Distinct().Count() == d.Channels.Length, "channels", "repeated", "渠道重复。")
            .That(!d.Channels.Contains(ChannelKind.Group), "channels", "badValue", "群机器人不向个人发送，请用群消息。")
            // A notice that ignores opt-out says by which law.
            .That(!d.Mandatory || !string.IsNullOrWhiteSpace(d.LegalBasis), "legalBasis", "required", "不受退订限制的法定通知须写明依据。")
            .That(d.Expected is not { Count: < 0 }, "expected.count", "outOfRange", "人数不能为负。")
            .Text("templates.sms", d.Templates?.Sms, max: 64)
            .Text("templates.wechat", d.Templates?.Wechat, max: 64)
            .Text("expected.column", d.Expected?.Column, required: d.Expected is not null, max: 100);
        foreach (var channel in d.Channels.Where(c => c != ChannelKind.Group))
            Text(check, "texts." + channel.Word(), NoticeTexting.TextOf(d.Texts, channel));
        if (d.Channels.Contains(ChannelKind.Email))
            Text(check, "texts.email.subject", d.Texts.Email?.Subject, 200);
        if (d.Channels.Contains(ChannelKind.Sms) && d.Texts.Sms is { } sms && SmsLength.Of(sms) is { Segments: > MaxSmsSegments } length)
            check.Add("texts.sms", "tooLong", $"短信过长：{length.Segments}条，最多{MaxSmsSegments}条。请改用链接或信件。");
        return check.Refusal;
    }

    private static void Text(Check check, string field, string? text, int max = Check.MaxText)
    {
        check.Text(field, text, required: true, max: max);
        if (!string.IsNullOrWhiteSpace(text) && NoticeTemplate.Parse(text).Problem is { } problem)
            check.Add(field, "badTemplate", problem);
    }
}
