using System.Collections.Immutable;
using HotlinePush.Security;
using HotlinePush.Supervision;

namespace HotlinePush.Tickets;

/// <summary>When something was recorded, and by whom: the id of the key or account.</summary>
public sealed record Recorded(DateTimeOffset At, string ActorId);

/// <summary>A unit's objection to a point it lost 申诉.</summary>
/// <param name="Reason">A code of <see cref="ReasonCodes.Appeal"/>.</param>
public sealed record Appeal(Measure Measure, string Reason, DateTimeOffset At, string UnitId)
{
    [Personal] public string? Text { get; init; }
    public AppealDecision? Decision { get; init; }
}

public sealed record AppealDecision(bool Approved, DateTimeOffset At, string ActorId)
{
    [Personal] public string? Note { get; init; }
}

internal static class Appeals
{
    public static ImmutableArray<Appeal> Decided(ImmutableArray<Appeal> appeals, AppealDecided e)
    {
        for (var i = 0; i < appeals.Length; i++)
            if (appeals[i].Measure == e.Measure && appeals[i].Decision is null)
                return appeals.SetItem(i, appeals[i] with { Decision = new(e.Approved, e.At, e.By.Id) { Note = e.Note } });
        return appeals;
    }
}

/// <param name="Reason">A code of <see cref="ReasonCodes.Appeal"/>.</param>
public sealed record AppealScore(Measure Measure, string Reason, string Text) : TicketCommand;

/// <param name="Measure">Needed only where several appeals wait.</param>
public sealed record DecideAppeal(bool Approve, string? Note = null, Measure? Measure = null) : TicketCommand;

/// <summary>What a second call found, made to see whether the first was recorded as it was said 抽查.</summary>
public sealed record RecordRecheck(string RecheckId, bool Reached, bool? Resolved = null, bool? Satisfied = null, string? Note = null) : TicketCommand;

public sealed record ScoreAppealed : TicketEvent
{
    public Measure Measure { get; init; }
    public required string Reason { get; init; }
    public override string Action => "appeal";
}

/// <summary>Approved: the ticket leaves the figures of that measure 剔除, and stays in the raw ones.</summary>
public sealed record AppealDecided : TicketEvent
{
    public Measure Measure { get; init; }
    public bool Approved { get; init; }
    public override string Action => "decide-appeal";
}

/// <summary>Changes nothing of the ticket: the resident's word stays as the callback recorded it.</summary>
public sealed record TicketRechecked : TicketEvent
{
    public required string RecheckId { get; init; }
    public bool Reached { get; init; }
    public bool? Resolved { get; init; }
    public bool? Satisfied { get; init; }
    public override string Action => "recheck";
}

public sealed partial record TicketView
{
    /// <summary>Objections of its unit to points it lost, oldest first.</summary>
    public IReadOnlyList<AppealView> Appeals { get; init; } = [];
}

public sealed record AppealView(
    Measure Measure, string Reason, DateTimeOffset At, string UnitId, string? Text, string State, DateTimeOffset? DecidedAt, string? Note)
{
    /// <param name="actor">What a unit wrote about a confidential ticket is read by that unit and the desk.</param>
    public static AppealView Of(Ticket ticket, Appeal appeal, Actor actor)
    {
        var words = TicketAccess.MayReadWords(ticket, actor) || actor.UnitId == appeal.UnitId;
        return new(appeal.Measure, appeal.Reason, appeal.At, appeal.UnitId, words ? appeal.Text : null,
            StateOf(appeal), appeal.Decision?.At, words ? appeal.Decision?.Note : null);
    }

    public static string StateOf(Appeal appeal) => appeal.Decision switch { null => "open", { Approved: true } => "approved", _ => "refused" };
}
