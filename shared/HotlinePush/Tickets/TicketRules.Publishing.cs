using HotlinePush.Web;

namespace HotlinePush.Tickets;

public static partial class TicketRules
{
    /// <summary>In code points: what an Open311 description may hold.</summary>
    public const int LongestPublished = 4_000;

    /// <summary>In any state, ended ones too: what was done is worth reading.</summary>
    private static Decision Decide(Deciding d, PublishText c)
    {
        if (d.Ticket.Confidential)
            return Refuse("invalid", "保密件的任何内容都不能公开。", "text", "confidential");
        if (Missing(c.Text, "text") is { } missing)
            return missing;
        if (Characters.Count(c.Text) > LongestPublished)
            return Refuse("invalid", $"公开文本最多 {LongestPublished} 个字。", "text", "tooLong");
        if (RedactedDraft.PointsAtSomebody(c.Text, d.Ticket.Contact))
            return Refuse("invalid", "文本里还有姓名、手机号、邮箱或证件号，请先删去。", "text", "personal");
        if (c.WithPlace && d.Ticket.Anonymous)
            return Refuse("invalid", "匿名反映人的具体地点不能公开。", "withPlace", "anonymous");
        return d.Add(new TextPublished { Note = c.Text.Trim(), WithPlace = c.WithPlace }).Done();
    }

    private static Decision Decide(Deciding d, WithdrawText c) => d.Ticket.Published is null
        ? Refuse("wrongState", "此工单没有公开的文本。")
        : d.Add(new TextWithdrawn { Note = c.Note }).Done();
}
