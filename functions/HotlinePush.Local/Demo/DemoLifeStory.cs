using System.Collections.Immutable;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Supervision;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Local.Demo;

/// <summary>Tells the past life of one sample request by the same rules a live ticket goes by, each step at its own moment.</summary>
public sealed partial class DemoLifeStory(DemoTicket ticket, int index, City city, DateTimeOffset today)
{
    public static readonly Actor Desk = new(Role.Desk, "demo-desk");
    private static readonly Actor Supervisor = new(Role.Supervisor, "demo-supervisor");

    private static readonly Actor Deputy = new(Role.Supervisor, "demo-supervisor-2");

    /// <summary>Days ago from which on there is time for a life of three answers.</summary>
    private const int LongStory = 15;

    private readonly ImmutableArray<TicketEvent>.Builder _events = ImmutableArray.CreateBuilder<TicketEvent>();
    private readonly DateTimeOffset _received = ReceivedAt(ticket, index, today);
    private DateTimeOffset _at;

    public DemoTicket Ticket => ticket;

    /// <summary>The same for the same request on the same day: a seeding that was cut off goes on without doubles.</summary>
    public string Number => TicketNumber.New(CityZone.DateOf(_received), () => 1_000_000 + index);

    public Decision Tell(string? personHash, RouteIntake route, IReadOnlyDictionary<string, string> numbers)
    {
        _ = numbers;
        _at = _received;
        var waiting = ticket.Life == DemoLife.WaitingAtDesk;
        var answered = ticket.Life == DemoLife.AnsweredAtDesk;
        _ = PhoneNumber.TryParse(ticket.Contact.Phone, out var phone);
        var intake = new Intake
        {
            Number = Number,
            Type = ticket.Type,
            Subject = ticket.Subject,
            Description = ticket.Description,
            CategoryId = waiting ? null : ticket.CategoryId,
            AreaId = ticket.AreaId,
            Contact = new(ticket.Contact.Name, phone is { Length: > 0 } ? phone : null, ticket.Contact.Email),
            PersonHash = personHash,
            Anonymous = ticket.Contact.Anonymous,
            Confidential = ticket.Contact.Confidential,
            Priority = ticket.Priority,
            Channel = ticket.Channel,
        };
        var (alarm, found) = route(intake, city);
        if (waiting && found is { LeadUnitId: not null })
            found = found with { LeadUnitId = null, DeskReason = DeskReasons.LowConfidence };
        _events.AddRange(TicketRules.Receive(intake, alarm, answered ? null : found, Actor.Public, Context).Events);
        if (answered)
            Do(0.1, Desk, new AnswerAtDesk(ticket.Reply ?? "已当场解答。"));
        else if (!waiting && Dispatched())
            Live();
        return new(_events.ToImmutable(), null);
    }

    private Ticket Now => TicketFold.Replay(_events);

    /// <summary>The desk writes down what a unit on paper does.</summary>
    private Actor Lead => city.FindUnit(Now.LeadUnitId) is { OnPaper: true } ? Desk : new(Role.Unit, DemoKeys.OfUnit(Now.LeadUnitId!), Now.LeadUnitId);

    private RuleContext Context => new(city, _at, today);

    /// <summary>A confidential ticket is dispatched by a person, with the redacted text.</summary>
    private bool Dispatched()
    {
        if (Now.State == TicketState.Dispatched)
            return true;
        if (Now.Suggestions.FirstOrDefault(s => s.UnitId is not null)?.UnitId is not { } unit)
            return false;
        return Do(0.5, Supervisor, new Dispatch(unit, [], false, ticket.UnitText ?? "群众反映有关问题，请依法核查处理。"));
    }

    private void Live()
    {
        switch (ticket.Life)
        {
            case DemoLife.Dispatched or DemoLife.Merged:
                break;
            case DemoLife.ReturnRequested:
                Do(1.5, Lead, new ReturnTicket(ticket.Code ?? "notOurDuty", ticket.Reply ?? "不属于我单位职责范围。"));
                break;
            case DemoLife.Declined:
                Do(2, Desk, new Decline(ticket.Code ?? "vague", ticket.Reply ?? "内容不明确。"));
                break;
            case DemoLife.HandedOver:
                Do(0.1, Desk, new HandOver(ticket.Code ?? "110", "指挥中心接警员"));
                break;
            case DemoLife.Terminated:
                Do(6, Desk, new Terminate(ticket.Code ?? "callerWithdrew", ticket.Reply ?? "来电人撤回诉求。"));
                break;
            default:
                if (Do(1 + index % 3, Lead, new Sign()))
                    Handle();
                break;
        }
    }

    private void Handle()
    {
        if (index % 4 != 0)
            Do(2, Lead, new ContactResident("已电话联系，了解情况。"));
        switch (ticket.Life)
        {
            case DemoLife.InProgress:
                Share();
                break;
            case DemoLife.Overdue:
                Do(20, Supervisor, new Supervise("群众多次反映，请三个工作日内办结并报告。", 3));
                break;
            case DemoLife.ExtensionAsked:
                Do(4, Lead, new Extend(3 + index % 5, ticket.Code ?? "complex"));
                break;
            case DemoLife.Suspended:
                if (Do(3, Lead, new Suspend(ticket.Code ?? "materialAwaited")))
                    Do(1, Desk, new DecideSuspension(true));
                break;
            case DemoLife.Answered:
                if (Answer(ticket.Reply, 10 + index % 9) && index % 2 == 0)
                    Do(3, Desk, new Audit(true));
                break;
            case DemoLife.ClosedSatisfied when index % 6 == 1 && ticket.DaysAgo > LongStory:
                Contested();
                break;
            case DemoLife.ClosedSatisfied:
                if (Answer(ticket.Reply, 8 + index % 22) && Do(3, Desk, new Audit(true)))
                    Do(20, Desk, new CallBack(true, true, true));
                break;
            case DemoLife.ClosedAfterRedo:
                if (Answer("经核查，已责成相关单位整改。", 10 + index % 12) && Do(3, Desk, new Audit(true))
                    && Do(10, Desk, new CallBack(true, false, false, "来电人表示问题没有解决。"))
                    && Answer(ticket.Reply, 20) && Do(3, Desk, new Audit(true)))
                    Do(12, Desk, new CallBack(true, true, true));
                break;
            case DemoLife.ClosedUnreachable:
                if (Answer(ticket.Reply, 12) && Do(3, Desk, new Audit(true)))
                    for (var call = 0; call < 3; call++)
                        Do(26, Desk, new CallBack(false));
                break;
        }
    }

    /// <summary>Done over twice and still not to the resident's mind: the supervisor closes it, and some units contest the lost point.</summary>
    private void Contested()
    {
        for (var round = 0; round <= TicketRules.MaxRedos; round++)
            if (!Answer(ticket.Reply, 6) || !Do(3, Desk, new Audit(true)) || !Do(6, Desk, new CallBack(true, round > 0, false, "来电人仍不满意。")))
                return;
        if (!Do(4, Supervisor, new Audit(true, "已依法依规办理，并向来电人说明。")) || index % 4 != 1)
            return;
        if (Do(8, Lead, new AppealScore(Measure.Satisfaction, "unreasonableDemand", "诉求事项超出政策规定，我单位已依法答复并当面解释。")) && index % 8 == 1)
            Do(10, Deputy, new DecideAppeal(index % 16 == 1, "已核对录音和答复材料。"));
    }

    private bool Answer(string? text, double hours) =>
        Do(hours, Lead, new AnswerTicket(text ?? "经核实，问题已处理完毕。", ticket.Code is "resolved" or "partly" or "explained" ? ticket.Code : "resolved", []));

    /// <summary>One step some hours later, in office time; false once the story has reached the present.</summary>
    private bool Do(double hours, Actor by, TicketCommand command)
    {
        var at = _at + TimeSpan.FromHours(hours) + TimeSpan.FromMinutes(index * 7 % 53);
        // Urgent work does not wait for the morning, and calls are made by day.
        if (ticket.Priority == Priority.Normal)
            at = DeadlineCalculator.NextOfficeMoment(at, city.Calendar, OfficeHours.Default);
        if (at > today)
            return false;
        _at = at;
        var decision = TicketRules.Decide(Now, command, by, Context);
        if (decision.Refusal is { } refusal)
            throw new DemoSeedException($"Sample request {index} ({ticket.Subject}): {command.GetType().Name} refused: {refusal.Code} {refusal.Message}");
        _events.AddRange(decision.Events);
        return true;
    }

    /// <summary>Some hour between 07:30 and 21:30 of its day, or earlier today.</summary>
    private static DateTimeOffset ReceivedAt(DemoTicket ticket, int index, DateTimeOffset today)
    {
        var day = CityZone.DateOf(today).AddDays(-ticket.DaysAgo);
        var at = CityZone.FromLocal(day, new TimeOnly(7, 30).AddMinutes(index * 37 % 840));
        return at < today ? at : today - TimeSpan.FromMinutes(10 + index % 50);
    }
}
