using System.Collections.Immutable;
using HotlinePush.Security;
using HotlinePush.Tickets.Attachments;

namespace HotlinePush.Tickets;

public static partial class TicketRules
{
    private static Decision Decide(Deciding d, AddAttachments c)
    {
        // The recording of a call may come when the ticket has been answered on the spot.
        if (!d.Ticket.State.IsOpen() && d.By.Role != Role.System)
            return WrongState(d.Ticket);
        if (d.Ticket.Attachments.Length + Math.Max(1, c.Files.Length) > AttachmentFiles.MaxOfTicket)
            return Refuse("invalid", $"一张工单最多{AttachmentFiles.MaxOfTicket}个附件，已有{d.Ticket.Attachments.Length}个。", "files", "tooMany");
        foreach (var file in c.Files)
            d.Add(new AttachmentAdded { Id = file.Id, Kind = file.Kind, Size = file.Size, Name = file.Name, Public = file.Public && d.By.Role != Role.Resident });
        return d.Done();
    }

    /// <summary>Evidence names files of the ticket that its unit may see.</summary>
    private static Decision? EvidenceProblem(Deciding d, ImmutableArray<string> evidence)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        for (var i = 0; i < evidence.Length; i++)
            if (!d.Ticket.Attachments.Any(a => a.Id == evidence[i] && AttachmentAccess.MaySee(d.Ticket, a, d.By)))
                errors[$"evidence[{i}]"] = ["unknownAttachment: 没有这个编号的附件，请先上传。"];
        return errors.Count == 0 ? default(Decision?) : new Refusal("invalid", "佐证材料应为本工单已上传的附件编号。", errors);
    }
}
