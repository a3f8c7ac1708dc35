using System.Collections.Immutable;
using HotlinePush.Clocks;
using HotlinePush.Security;

namespace HotlinePush.Tickets;

/// <summary>Co-units 协办: called in by the lead or the desk, they give the lead their opinion before the ticket's own date.</summary>
public static partial class TicketRules
{
    private static Decision Decide(Deciding d, JoinUnits c)
    {
        if (Missing(c.Note, "note") is { } missing)
            return missing;
        ImmutableArray<string> asked = [.. c.UnitIds.Distinct(StringComparer.Ordinal)];
        if (asked.IsEmpty)
            return Refuse("invalid", "请选择协办单位。", "unitIds", "required");
        if (d.Ticket.State is not (TicketState.Dispatched or TicketState.InProgress))
            return WrongState(d.Ticket);
        foreach (var unit in asked)
            if (JoinProblem(d, unit) is { } problem)
                return problem;
        if (d.Ticket.CoUnitIds.Union(asked).Count() > MostCoUnits)
            return Refuse("invalid", $"协办单位最多{MostCoUnits}个。", "unitIds", "outOfRange");
        if (TooManyClocks(d, asked.Length) is { } tooMany)
            return tooMany;
        var limit = InnerLimit.Within(d.Ticket.Running(ClockKind.Unit)!, d.Context.City, d.Context.Now);
        var id = d.Ticket.Clocks.Length;
        return d.Add(new UnitsJoined { UnitIds = asked, Note = c.Note }, clocks: asked.Select((unit, i) => StartInner(d, id + i + 1, limit, unit, "join"))).Done();
    }

    private static Decision? JoinProblem(Deciding d, string unit)
    {
        if (d.Context.City.FindUnit(unit) is null)
            return Refuse("invalid", $"没有编号为“{unit}”的承办单位。", "unitIds", "unknownUnit");
        if (d.Ticket.NamedUnitIds.Contains(unit))
            return Refuse("unitComplainedOf", "保密件不得转给被反映的单位。", "unitIds", "unitComplainedOf");
        if (unit == d.Ticket.LeadUnitId)
            return Refuse("invalid", "主办单位不能同时作为协办单位。", "unitIds", "isLeadUnit");
        if (d.Ticket.Delegation(unit) is not null)
            return Refuse("invalid", "工单已下派给该单位，不必再请其协办。", "unitIds", "isDelegate");
        // A co-unit of the dispatch, or one that has given its opinion, may be asked; one that is being asked need not be.
        return d.Ticket.InnerOf(unit) is null ? default(Decision?) : Refuse("invalid", "该单位正在协办，请等待其意见。", "unitIds", "isCoUnit");
    }

    private static Decision Decide(Deciding d, GiveOpinion c)
    {
        if (Missing(c.Text, "text") is { } missing)
            return missing;
        if (d.Ticket.State is not (TicketState.Dispatched or TicketState.InProgress))
            return WrongState(d.Ticket);
        var unit = d.ActingUnit;
        return d.Add(new OpinionGiven { UnitId = unit, Note = c.Text }, clocks: d.Ticket.InnerOf(unit) is { } inner ? [d.Clocks.Stop(inner)] : []).Done();
    }
}
