using System.Collections.Immutable;
using HotlinePush.Clocks;
using HotlinePush.Security;

namespace HotlinePush.Tickets;

/// <summary>Passing a ticket down 下派: each link of the chain answers the one above it, before its date; the lead answers the desk.</summary>
public static partial class TicketRules
{
    private static Decision Decide(Deciding d, DelegateTicket c)
    {
        if (Missing(c.Note, "note") is { } missing)
            return missing;
        if (d.Ticket.State != TicketState.InProgress)
            return WrongState(d.Ticket);
        if (PassedDown(d) is { } passed)
            return passed;
        var from = d.ActingUnit;
        if (DelegateProblem(d, from, c.UnitId) is { } problem)
            return problem;
        if (TooManyClocks(d, 1) is { } tooMany)
            return tooMany;
        var outer = d.Ticket.InnerOf(from) ?? d.Ticket.Running(ClockKind.Unit)!;
        if (c.WorkingDays is < 1 or > TimeLimit.Most)
            return Refuse("invalid", "下派期限至少为1个工作日。", "workingDays", "outOfRange");
        var limit = c.WorkingDays is { } days ? TimeLimit.WorkingDays(days) : InnerLimit.Within(outer, d.Context.City, d.Context.Now);
        var clock = StartInner(d, d.Ticket.Clocks.Length + 1, limit, c.UnitId, "delegate");
        // Once the date above has passed there is none before it.
        if (c.WorkingDays is not null && outer.DueAt > d.Context.Now && clock.DueAt >= outer.DueAt)
            return Refuse("invalid", $"下派期限须早于本单位的期限（{TicketTexts.Moment(outer.DueAt)}）。", "workingDays", "notEarlier");
        return d.Add(new TicketDelegated { UnitId = c.UnitId, ByUnitId = from, ClockId = clock.Id, Note = c.Note }, clocks: [clock]).Done();
    }

    private static Decision? DelegateProblem(Deciding d, string from, string unit)
    {
        if (d.Context.City.FindUnit(unit) is null)
            return Refuse("invalid", $"没有编号为“{unit}”的承办单位。", "unitId", "unknownUnit");
        if (!d.Context.City.IsAbove(from, unit))
            return Refuse("invalid", "只能下派给下级单位。", "unitId", "notBelow");
        if (d.Ticket.NamedUnitIds.Contains(unit))
            return Refuse("unitComplainedOf", "保密件不得转给被反映的单位。", "unitId", "unitComplainedOf");
        return d.Ticket.CoUnitIds.Contains(unit) || d.Ticket.IsInChain(unit)
            ? Refuse("invalid", "该单位已经参与办理。", "unitId", "takesPart")
            : default(Decision?);
    }

    private static Decision Decide(Deciding d, Recall c)
    {
        if (Missing(c.Note, "note") is { } missing)
            return missing;
        if (d.Ticket.State != TicketState.InProgress)
            return WrongState(d.Ticket);
        var unit = d.ActingUnit;
        string[] below = [.. d.Ticket.Delegations.Where(x => x.EndedAt is null).SkipWhile(x => x.ByUnitId != unit).Select(x => x.UnitId)];
        if (below.Length == 0)
            return Refuse("wrongState", "工单没有下派给其他单位。");
        return d.Add(new DelegationRecalled { ByUnitId = unit, UnitIds = [.. below], Note = c.Note }, clocks: below.Select(b => d.Ticket.InnerOf(b)).OfType<Clock>().Select(d.Clocks.Stop)).Done();
    }

    /// <summary>To the unit above; to the desk where it was never passed down.</summary>
    private static Deciding GiveAnswer(Deciding d, string? text, string? outcome, ImmutableArray<string> evidence)
    {
        var unit = d.ActingUnit;
        if (d.Ticket.Delegation(unit) is { } delegation)
            return d.Add(
                new DelegateAnswered { UnitId = unit, ToUnitId = delegation.ByUnitId, Outcome = outcome, Evidence = evidence, Note = text },
                clocks: d.Ticket.InnerOf(unit) is { } inner ? [d.Clocks.Stop(inner)] : []);
        return d.Add(
            new AnswerGiven { UnitId = unit, Outcome = outcome, Evidence = evidence, Note = text },
            TicketState.Answered,
            Open(d, ClockKind.Response, ClockKind.Resolve, ClockKind.Unit).Concat(RunningOf(d, ClockKind.Inner)).Concat(RunningOf(d, ClockKind.Order)).Select(d.Clocks.Stop));
    }

    /// <summary>In a unit whose head signs, what a clerk answers is a draft.</summary>
    private static bool NeedsHead(Deciding d) => d.By.Position == Position.Clerk && d.Context.City.FindUnit(d.ActingUnit) is { HeadSigns: true };

    private static Decision Decide(Deciding d, SignOff c)
    {
        if (!c.Accept && Missing(c.Note, "note") is { } missing)
            return missing;
        if (d.By.Position == Position.Clerk)
            return Refuse("headNeeded", "由单位审签人审签。");
        if (d.Ticket.State != TicketState.InProgress)
            return WrongState(d.Ticket);
        if (PassedDown(d) is { } passed)
            return passed;
        if (d.Ticket.Draft is not { Refused: false } draft)
            return Refuse("wrongState", "没有待审签的答复。");
        d.Add(new DraftDecided { UnitId = d.ActingUnit, Accepted = c.Accept, Note = c.Note });
        return (c.Accept ? GiveAnswer(d, draft.Text, draft.Outcome, draft.Evidence) : d).Done();
    }
}
