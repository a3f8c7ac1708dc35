using System.Collections.Immutable;
using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Storage;
using HotlinePush.Tickets;

namespace HotlinePush.Changes;

/// <summary>Something that happened to a ticket, as other platforms may know it: nothing personal, of a confidential ticket number and state alone.</summary>
public sealed record TicketChange(string Number, TicketState State, int? Seq, DateTimeOffset? At, string? Action, string? Source, string? ExternalId);

/// <summary>
/// What one commit of a ticket changed: a row <c>change!number!seq</c> in the ticket's shard, written in the same batch. It waits there until it has its
/// place in the log.
/// </summary>
/// <param name="Key">The row's key.</param>
public sealed record ChangedTicket(string Number, string Key, ImmutableArray<TicketChange> Changes)
{
    public static readonly KeyRange Range = Keys.Under("change");

    /// <summary>The moment it is ordered by against other tickets; of a confidential ticket none is kept.</summary>
    public DateTimeOffset At => Changes[0].At ?? default;

    public static KeyRange RangeOf(string number) => Keys.Under("change", number);

    /// <summary>Null where nothing happened that is others' to know.</summary>
    public static ChangedTicket? Of(Ticket after, ImmutableArray<TicketEvent> events)
    {
        var shown = after.Confidential
            ? events.Where(e => e.From != e.To || e.Seq == 1).Select(e => new TicketChange(after.Number, e.To, null, null, null, null, null))
            : PublicTicketView.OpenToAll(events).Select(e => new TicketChange(after.Number, e.To, e.Seq, e.At, e.Action, after.Source, after.ExternalId));
        var changes = shown.ToImmutableArray();
        return changes.IsEmpty ? null : new(after.Number, Keys.Of("change", after.Number, KeyPart.Short(events[0].Seq)), changes);
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options);

    public static ChangedTicket Read(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize<ChangedTicket>(bytes, MessageJson.Options)!;
}
