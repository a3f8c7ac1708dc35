using HotlinePush.Clocks;
using HotlinePush.Security;

namespace HotlinePush.Tickets;

/// <param name="Seq">The event of the history that holds the words.</param>
public sealed record OpinionView(string UnitId, DateTimeOffset At, int Seq);

/// <param name="AnsweredSeq">The event of the history with the unit's answer to the one above; null where it has given none.</param>
public sealed record DelegationView(string UnitId, string ByUnitId, DateTimeOffset At, DateTimeOffset DueAt, DateTimeOffset? EndedAt, int? AnsweredSeq);

/// <param name="Refused">The head gave it back; the note stands in the history.</param>
public sealed record DraftView(DateTimeOffset At, string UnitId, string? Outcome, string? Text, IReadOnlyList<string> Evidence, bool Refused);

public sealed record ParkedView(string Reason, DateTimeOffset Since, DateTimeOffset ReviewAt);

public sealed record PublishedView(DateTimeOffset At, string? Text, bool WithPlace);

public sealed partial record TicketView
{
    /// <summary>Whose opinion is there; for the lead, the co-units and the desk.</summary>
    public IReadOnlyList<OpinionView> Opinions { get; init; } = [];

    /// <summary>To whom it was passed down since its dispatch; an end and no answer: taken back.</summary>
    public IReadOnlyList<DelegationView> Delegations { get; init; } = [];

    /// <summary>The unit that works on it now: the last it was passed down to, else the lead.</summary>
    public string? HeldBy { get; init; }

    /// <summary>An answer that waits for the head, or came back from it; inside the unit only.</summary>
    public DraftView? Draft { get; init; }

    public int Orders { get; init; }
    public ParkedView? Parked { get; init; }

    /// <summary>What everybody may read of it.</summary>
    public PublishedView? Published { get; init; }

    /// <summary>The application for information; who applied is for those who may reach the resident.</summary>
    public Disclosure.DisclosureCase? Disclosure { get; init; }

    private static TicketView WithParts(TicketView view, Ticket t, Actor actor) => view with
    {
        Opinions = TicketAccess.MayReadOpinions(t, actor) || actor.Role == Role.Admin ? [.. t.Opinions.Select(o => new OpinionView(o.UnitId, o.At, o.Seq))] : [],
        Delegations = [.. t.Delegations.Select(d => new DelegationView(d.UnitId, d.ByUnitId, d.At, t.Clocks[d.ClockId - 1].DueAt, d.EndedAt, d.AnsweredSeq))],
        HeldBy = t.HeldBy,
        Draft = t.Draft is { } draft && draft.UnitId == actor.UnitId ? new(draft.At, draft.UnitId, draft.Outcome, draft.Text, draft.Evidence, draft.Refused) : null,
        Orders = t.Orders,
        Parked = t.Parked is { } parked ? new(parked.Reason, parked.Since, parked.ReviewAt) : null,
        Disclosure = t.Disclosure is { } of && !TicketAccess.MayReachResident(t, actor)
            ? of with { Application = of.Application with { Name = null, Address = null, Wanted = TicketAccess.MayReadWords(t, actor) ? of.Application.Wanted : null }, Correction = TicketAccess.MayReadWords(t, actor) ? of.Correction : null }
            : t.Disclosure,
        Published = t.Published is { } published ? new(published.At, published.Text, published.WithPlace) : null,
    };

    private static void AddPartMarks(Ticket t, List<string> marks)
    {
        if (t.Parked is not null)
            marks.Add("parked");
        if (t.Running(ClockKind.Order) is not null)
            marks.Add("supervised");
        if (t.Draft is { Refused: false })
            marks.Add("signOffDue");
        if (t.Disclosure is { AwaitsCorrection: true } && t.State.IsOpen())
            marks.Add("correctionAsked");
        if (t.Disclosure?.Consulted is not null && t.State.IsOpen())
            marks.Add("thirdPartyAsked");
        if (t.Delegations.Any(d => d.EndedAt is null))
            marks.Add("delegated");
    }
}

/// <summary>A unit's part in a ticket of its list.</summary>
public enum UnitPart { Lead, CoUnit, Delegate }

public sealed partial record TicketSummary
{
    /// <summary>In a unit's list: its part, and the deadline it works against.</summary>
    public UnitPart? Part { get; init; }

    public DateTimeOffset? PartDueAt { get; init; }

    /// <summary>In a unit's list: its own part is done, others still work.</summary>
    public bool? PartDone { get; init; }

    public static TicketSummary OfUnit(Ticket t, Actor actor, string unitId) => Of(t, actor) with
    {
        Part = unitId == t.LeadUnitId ? UnitPart.Lead : t.CoUnitIds.Contains(unitId) ? UnitPart.CoUnit : UnitPart.Delegate,
        PartDueAt = t.ClockOf(unitId)?.DueAt,
        PartDone = t.HasDoneItsPart(unitId),
    };
}

public sealed partial record EventView
{
    /// <summary>The unit on paper for which the desk wrote this down.</summary>
    public string? RecordedFor { get; init; }

    private static Dictionary<string, object?>? DetailsOfPart(Ticket t, TicketEvent e, Actor actor) => e switch
    {
        UnitsJoined j => new() { ["unitIds"] = j.UnitIds },
        OpinionGiven o => new() { ["unitId"] = o.UnitId },
        TicketDelegated d => new() { ["unitId"] = d.UnitId, ["byUnitId"] = d.ByUnitId, ["dueAt"] = t.Clocks[d.ClockId - 1].DueAt },
        DelegateAnswered d => new() { ["unitId"] = d.UnitId, ["toUnitId"] = d.ToUnitId, ["outcome"] = d.Outcome, ["evidence"] = d.Evidence },
        DelegationRecalled r => new() { ["byUnitId"] = r.ByUnitId, ["unitIds"] = r.UnitIds },
        AnswerDrafted a when a.UnitId == actor.UnitId => new() { ["unitId"] = a.UnitId, ["outcome"] = a.Outcome, ["evidence"] = a.Evidence },
        AnswerDrafted a => new() { ["unitId"] = a.UnitId },
        DraftDecided d => new() { ["unitId"] = d.UnitId, ["accepted"] = d.Accepted },
        OrderGiven o => new() { ["workingDays"] = o.WorkingDays, ["holder"] = o.Holder },
        TicketParked p => new() { ["reason"] = p.Reason, ["reviewAt"] = p.ReviewAt },
        ParkReviewed p => new() { ["reviewAt"] = p.ReviewAt },
        TicketUnparked u => new() { ["evidence"] = u.Evidence },
        ReviewFellDue r => new() { ["reviewAt"] = r.ReviewAt },
        CorrectionAsked c => new() { ["dueAt"] = c.DueAt },
        ThirdPartyConsulted c => new() { ["dueAt"] = c.ReplyDueAt },
        ThirdPartyReplied r => new() { ["repliedAt"] = r.RepliedAt, ["agrees"] = r.Agrees },
        DisclosureDecided x => new() { ["decision"] = x.Decision, ["ground"] = x.Ground },
        InformationDelivered x => new() { ["delivery"] = x.Delivery },
        MadeProactive x => new() { ["articleId"] = x.ArticleId },
        _ => null,
    };
}
