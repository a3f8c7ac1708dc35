using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Web;

namespace HotlinePush.Notices.Recipients;

/// <summary>A question about a notice is a ticket like any other, linked to the notice, and the publishing office's where routing knows nobody better.</summary>
public sealed class NoticeQuestions(TicketFiling filing, TicketActions actions, DeliveryMarks marks)
{
    public const string Source = "notice";
    private const int TitleShown = 150;

    /// <summary>What the ticket refers to.</summary>
    public static string ReferenceOf(Notice notice) => "notice:" + notice.Id;

    public static string SubjectOf(Notice notice) => $"关于通知《{Cut(notice.Title)}》的疑问";

    /// <param name="phone">Where to answer; null: to the phone in the list, which the office knows.</param>
    public async Task<(Ticket? Ticket, Refusal? Refusal)> AskAsync(NoticeCopy copy, string text, string? phone, string reserved, CancellationToken ct)
    {
        var own = string.IsNullOrWhiteSpace(phone) ? null : phone;
        var check = new Check().Text("text", text, required: true)
            .That(own is null || PhoneNumber.TryParse(own, out _), "phone", "badValue", "不是有效的电话号码。")
            // Of a phone that many share nobody knows whose it is.
            .That(own is not null || copy.Recipient is { Phone: not null, SharedPhone: false } && copy.Mark.NotMeAt is null, "phone", "required", "请留下电话，以便答复您。");
        if (check.Refusal is { } wrong)
            return (null, wrong);
        var contact = own is not null ? new NewContact(Phone: own) : new NewContact(Name: copy.Recipient!.Name, Phone: copy.Recipient.Phone);
        var (ticket, refusal) = await filing.FileTicketAsync(
            new(TicketType.Inquiry, SubjectOf(copy.Notice), text, contact, AreaId: copy.Recipient?.AreaId, Channel: "web", Source: Source, ExternalId: ReferenceOf(copy.Notice)), reserved, Actor.Public, ct);
        if (ticket is null)
            return (null, refusal);
        if (ticket is { State: TicketState.Received, DeskReason: DeskReasons.NoRule or DeskReasons.LowConfidence, Alarm: null })
        {
            // Refused where somebody of the desk was faster, or the office answers no tickets: then it waits for the desk.
            var done = await actions.ActAsync(ticket.Number, new Dispatch(copy.Notice.UnitId, []), Actor.System, null, ct);
            ticket = done.Stored?.Ticket ?? ticket;
        }

        await marks.ChangeAsync(copy.Notice.Id, copy.Place, m => m with { Questions = m.Questions + 1 }, ct);
        return (ticket, null);
    }

    private static string Cut(string title) => title.Length <= TitleShown ? title : title[..(char.IsHighSurrogate(title[TitleShown - 1]) ? TitleShown - 1 : TitleShown)] + "…";
}
