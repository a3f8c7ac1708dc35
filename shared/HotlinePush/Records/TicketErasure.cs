using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Attachments;

namespace HotlinePush.Records;

/// <summary>Proof of a deletion. Names nobody.</summary>
/// <param name="Events">Events whose sealed parts lost their key.</param>
public sealed record TicketErasureProof(string Number, DateTimeOffset At, string Reason, int Events, int Files);

/// <summary>
/// Deletes what a ticket that has ended tells about a person, by destroying its data key; states, times, units and figures stay, so that no score
/// changes. 《个人信息保护法》第四十七条. Backups made before still hold the key, under the key ring.
/// </summary>
public sealed class TicketErasure(
    TicketStore tickets, TicketMessages following, IndexSync indexes, PendingMessages pending, AttachmentFiles files, AuditLog audit, ProductClock clock, ILogger<TicketErasure> log)
{
    public const string AuditAction = "deletePersonalData";

    /// <summary>Why: the time is up, the person asked, or it should never have been kept.</summary>
    public static readonly IReadOnlyList<string> Reasons = ["retentionOver", "requested", "unlawful"];

    private const int Attempts = 5;

    public async Task<(TicketErasureProof? Proof, Refusal? Refusal)> EraseAsync(string number, string reason, Actor by, CancellationToken ct)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (!TicketNumber.IsValid(number) || await tickets.ReadAsync(number, ct) is not { } stored)
                return (null, Web.Problems.NotFoundHere);
            var ticket = stored.Ticket;
            if (stored.Key is null)
                return (null, new("personalDataDeleted", "工单的个人信息已经删除。"));
            if (ticket.State.IsOpen())
                return (null, new("wrongState", "工单还在办理，办结后才能删除个人信息。"));
            // The files first: without the key nobody could tell any more which there were.
            foreach (var file in ticket.Attachments)
                await files.DeleteAsync(number, file, ct);
            var last = new PersonalDataDeleted
            {
                Seq = ticket.Seq + 1,
                At = clock.GetUtcNow(),
                By = by,
                From = ticket.State,
                To = ticket.State,
                Reason = reason,
                Files = ticket.Attachments.Length,
            };
            var touched = new List<IndexKey>();
            var commit = await tickets.DestroyKeyAsync(stored, last, after =>
            {
                (var messages, touched) = following.After(ticket, after, []);
                return messages;
            }, ct);
            if (commit is null)
                continue;
            var proof = new TicketErasureProof(number, last.At, reason, last.Seq - 1, last.Files);
            await FollowAsync(commit, touched, ct);
            await audit.AppendAsync(new(last.At, by, AuditAction, number, $"{reason}：{proof.Events} 条记录、{proof.Files} 个附件；密钥已销毁。"), ct);
            return (proof, null);
        }

        return (null, new("versionConflict", "工单刚刚被他人办理过，请刷新后再试。"));
    }

    /// <summary>The lists now; the message that was committed with the change guarantees them.</summary>
    private async Task FollowAsync(Commit commit, List<IndexKey> touched, CancellationToken ct)
    {
        try
        {
            await pending.SendAsync(commit.Partition, commit.Pending, m => m.Type == TicketMessages.SyncType, ct, indexes.RunAsync(commit.Stored, touched, ct));
        }
        catch (Exception e) when (e is TableStoreException or MessageBusException)
        {
            log.LogWarning(e, "Ticket {Number}: its lists are left to the sweep", commit.Stored.Ticket.Number);
        }
    }
}
