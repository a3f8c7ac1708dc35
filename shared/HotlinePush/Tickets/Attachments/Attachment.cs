using HotlinePush.Security;

namespace HotlinePush.Tickets.Attachments;

/// <summary>A file of a ticket: a photo, a recording, a document. The content lies in the file store, sealed under the ticket's own key.</summary>
/// <param name="Kind">A code of <see cref="FileKinds"/>.</param>
/// <param name="Size">Bytes of the content.</param>
/// <param name="Name">As its sender called it, made harmless.</param>
/// <param name="Public">Staff let the resident see it.</param>
public sealed record Attachment(
    string Id, string Kind, long Size, [property: Personal] string? Name, bool Public = false, DateTimeOffset At = default, Role By = Role.System, string? UnitId = null)
{
    public bool FromResident => By == Role.Resident;
}

/// <summary>Who of those that see the ticket may see which file. Like the words of the ticket, but for what a unit has added itself.</summary>
public static class AttachmentAccess
{
    /// <summary>
    /// The reporter's photos and voice, and what the desk added, which may be the same, go where the words go: never to the unit of a protected
    /// reporter. A resident sees the own files, and of the others those that staff made public; with a protected reporter nothing of the own is
    /// shown again, since somebody else may hold the phone.
    /// </summary>
    public static bool MaySee(Ticket ticket, Attachment file, Actor actor) => actor.Role switch
    {
        Role.Desk or Role.Supervisor => true,
        Role.Unit => file.By == Role.Unit || TicketAccess.MayReadWords(ticket, actor),
        Role.Resident => file.FromResident ? !ticket.Confidential && !ticket.Anonymous : file.Public,
        _ => false,
    };
}

/// <summary>A file as a list shows it.</summary>
/// <param name="Name">Null once the personal data was deleted.</param>
public sealed record AttachmentView(
    string Id, string? Name, string Kind, string ContentType, long Size, DateTimeOffset At, Role By, string? UnitId, bool Public, string Link)
{
    public static IReadOnlyList<AttachmentView> Of(Ticket ticket, Actor actor) =>
        [.. ticket.Attachments.Where(a => AttachmentAccess.MaySee(ticket, a, actor)).Select(a => Of(ticket, a))];

    /// <summary>Those just added, to whoever added them.</summary>
    public static IReadOnlyList<AttachmentView> Of(Ticket ticket, IReadOnlyCollection<string> ids) => [.. ticket.Attachments.Where(a => ids.Contains(a.Id)).Select(a => Of(ticket, a))];

    private static AttachmentView Of(Ticket ticket, Attachment a)
    {
        var kind = FileKinds.Of(a.Kind);
        return new(a.Id, a.Name, a.Kind, kind.ContentType, a.Size, a.At, a.By, a.UnitId, a.Public, $"/api/v1/tickets/{ticket.Number}/attachments/{a.Id}");
    }
}
