using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Units;

namespace HotlinePush.Tickets;

/// <summary>Which unit may do what: the lead, a co-unit, whoever it was passed down to; and the desk, for a unit on paper.</summary>
public static partial class TicketRules
{
    /// <summary>Clocks of one ticket, and units beside its lead: a head has to fit a row.</summary>
    public const int MostClocks = 200;
    public const int MostCoUnits = 20;

    /// <summary>The unit on paper whose work the desk writes down 代录; null where the actor acts for itself.</summary>
    private static string? RecordedFor(Ticket ticket, TicketCommand command, Actor by, City city)
    {
        if (by.Role is not (Role.Desk or Role.Supervisor))
            return null;
        var unit = command switch
        {
            Sign or ReturnTicket or Extend or Suspend or AskCorrection or AskThirdParty or RecordThirdParty or DecideDisclosure => ticket.LeadUnitId,
            AnswerTicket or ContactResident => ticket.HeldBy,
            _ => null,
        };
        return city.FindUnit(unit) is { OnPaper: true } ? unit : null;
    }

    private static Refusal? NotThisUnits(Ticket ticket, TicketCommand command, Actor by) => command switch
    {
        GiveOpinion => ticket.CoUnitIds.Contains(by.UnitId!) ? null : new("notCoUnit", "只有协办单位可以提出协办意见。"),
        AnswerTicket or ContactResident or DelegateTicket or Recall or SignOff when ticket.IsInChain(by.UnitId) => null,
        AddAttachments when ticket.TakesPart(by.UnitId!) => null,
        _ => by.UnitId == ticket.LeadUnitId ? null : new("notLeadUnit", "只有主办单位可以办理此项操作。"),
    };

    /// <summary>Whoever has passed it down waits for the answer, or takes it back first.</summary>
    private static Decision? PassedDown(Deciding d) => d.Ticket.HeldBy == d.ActingUnit
        ? default(Decision?)
        : Refuse("passedDown", "工单已下派，由下级单位办理；如需自行办理，请先收回。");

    private static Decision? TooManyClocks(Deciding d, int more) => d.Ticket.Clocks.Length + more > MostClocks
        ? Refuse("wrongState", "此工单的计时过多，不能再增加。")
        : default(Decision?);

    /// <summary>An inner clock for a unit; it stands still from the start where the lead's does.</summary>
    private static Clock StartInner(Deciding d, int id, TimeLimit limit, string holder, string why)
    {
        var clock = d.Clocks.Start(id, ClockKind.Inner, limit, holder, why);
        return d.Ticket.Running(ClockKind.Unit) is { IsSuspended: true } unit ? d.Clocks.Suspend(clock, unit.Segments[^1].Why) : clock;
    }

    private static IEnumerable<Clock> RunningOf(Deciding d, ClockKind kind) => d.Ticket.Clocks.Where(c => c.Kind == kind && c.StoppedAt is null);
}
