using System.Collections.Immutable;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Units;

namespace HotlinePush.Tickets;

/// <summary>What comes in: a request that has been checked and given a number.</summary>
public sealed record Intake
{
    public required string Number { get; init; }
    public TicketType Type { get; init; }
    public required string Subject { get; init; }
    public required string Description { get; init; }
    public string? CategoryId { get; init; }
    public string? AreaId { get; init; }
    public Location? Location { get; init; }
    public Contact? Contact { get; init; }
    public string? PersonHash { get; init; }
    public bool Anonymous { get; init; }
    public bool Confidential { get; init; }
    public Priority Priority { get; init; }
    public bool UrgentHint { get; init; }
    public required string Channel { get; init; }
    public string? Source { get; init; }
    public string? ExternalId { get; init; }
    public DateTimeOffset? ExternalDueAt { get; init; }
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The incident that the lead unit is to work on by this ticket.</summary>
    public string? MasterOf { get; init; }

    /// <inheritdoc cref="TicketReceived.Told"/>
    public bool Told { get; init; }

    /// <summary>For tickets taken over from elsewhere: when they were received there. Clocks start then, and nobody is told.</summary>
    public DateTimeOffset? ImportedReceipt { get; init; }
}

/// <summary>What routing says of a ticket: a unit by a rule, or the desk with a reason.</summary>
public sealed record Route(
    string? LeadUnitId,
    ImmutableArray<string> CoUnitIds,
    string? CategoryId,
    string? AreaId,
    string? Rule,
    double? Confidence,
    string? DeskReason,
    ImmutableArray<Suggestion> Suggestions,
    Priority? Priority = null);

public static partial class TicketRules
{
    /// <summary>
    /// Receives a request and, where routing has an answer, dispatches it or holds it for the desk in the same decision.
    /// With no route the ticket is left Received, to be routed by a message.
    /// </summary>
    public static Decision Receive(Intake intake, Alarm? alarm, Route? route, Actor by, RuleContext context)
    {
        // An alarm or a rule of the catalogue may raise the priority; neither lowers what the desk has set.
        var raised = alarm is not null || route?.Priority == Priority.Urgent;
        var priority = raised ? Priority.Urgent : intake.Priority;
        var urgent = intake.Priority == Priority.Urgent || intake.UrgentHint;
        if (urgent && alarm is null && context.City.Policies.LimitsFor(intake.Type, Priority.Urgent, intake.CategoryId) is null)
            return Refuse("invalid", "表扬和依申请公开不能按紧急工单受理。", "priority", "notUrgentType");
        if (context.City.Policies.LimitsFor(intake.Type, priority, route?.CategoryId ?? intake.CategoryId) is not { } limits)
        {
            priority = Priority.Normal;
            limits = context.City.Policies.LimitsFor(intake.Type, priority, route?.CategoryId ?? intake.CategoryId)!;
        }

        var receivedAt = intake.ImportedReceipt ?? context.Now;
        var rules = context.Clocks(priority);
        var received = new TicketReceived
        {
            Seq = 1,
            At = context.Now,
            By = by,
            Number = intake.Number,
            Type = intake.Type,
            Priority = priority,
            UrgentHint = intake.UrgentHint,
            Channel = intake.Channel,
            Source = intake.Source,
            ExternalId = intake.ExternalId,
            ExternalDueAt = intake.ExternalDueAt,
            OccurredAt = intake.OccurredAt,
            ReceivedAt = receivedAt,
            CategoryId = intake.CategoryId,
            AreaId = intake.AreaId,
            Subject = intake.Subject,
            Description = intake.Description,
            Location = intake.Location,
            Contact = intake.Contact,
            PersonHash = intake.PersonHash,
            Anonymous = intake.Anonymous,
            Confidential = intake.Confidential,
            NamedUnitIds = intake.Confidential ? NamedUnits(intake.Subject + "\n" + intake.Description, context.City) : [],
            Imported = intake.ImportedReceipt is not null,
            MasterOf = intake.MasterOf,
            Told = intake.Told,
            Alarm = alarm,
            Limits = limits,
            PolicyVersion = context.City.Policies.Version,
            Clocks =
            [
                rules.Start(1, ClockKind.Response, limits.Response, Holders.Desk, "receive", receivedAt),
                rules.Start(2, ClockKind.Resolve, limits.Resolve, Holders.Desk, "receive", receivedAt),
            ],
        };
        var routed = route is null ? default : Routed(TicketFold.Begin(received), route, context);
        return new(routed.Events.IsDefault ? [received] : routed.Events.Insert(0, received), null);
    }

    /// <summary>Receives a request and does with it at once what the desk says, in the same decision. What routing found of it is kept where it is sure.</summary>
    public static Decision ReceiveAnd(TicketCommand then, Intake intake, Alarm? alarm, Route? found, Actor by, RuleContext context)
    {
        var sure = found?.LeadUnitId is not null;
        var urgent = found?.Priority == Priority.Urgent && context.City.Policies.LimitsFor(intake.Type, Priority.Urgent, intake.CategoryId) is not null;
        var received = Receive(
            intake with
            {
                CategoryId = intake.CategoryId ?? (sure ? found!.CategoryId : null),
                AreaId = intake.AreaId ?? found?.AreaId,
                Priority = urgent ? Priority.Urgent : intake.Priority,
            },
            alarm, null, by, context);
        if (received.Refusal is not null)
            return received;
        var done = Decide(TicketFold.Begin((TicketReceived)received.Events[0]), then, by, context);
        return done.Refusal is not null ? done : new(received.Events.AddRange(done.Events), null);
    }

    /// <summary>Applies a route to a received ticket: dispatched, or held for the desk.</summary>
    public static Decision Routed(Ticket ticket, Route route, RuleContext context)
    {
        if (ticket.State != TicketState.Received || ticket.DeskReason is not null)
            return new([], null);
        var deciding = new Deciding(ticket, context, Actor.System);
        if (route.LeadUnitId is { } lead && !ticket.Confidential)
            return DispatchTo(deciding, new TicketDispatched
            {
                LeadUnitId = lead,
                CoUnitIds = route.CoUnitIds,
                CategoryId = route.CategoryId,
                AreaId = route.AreaId,
                Rule = route.Rule,
                Confidence = route.Confidence,
            }).Done();
        return deciding.Add(new TicketHeldForDesk
        {
            Reason = ticket.Confidential ? DeskReasons.Confidential : route.DeskReason ?? DeskReasons.NoRule,
            CategoryId = ticket.CategoryId,
            AreaId = ticket.AreaId ?? route.AreaId,
            Suggestions = route.Suggestions,
        }).Done();
    }

    /// <summary>
    /// By the full name, or without the name of its city or district in front, as people say it: 生态环境局. A name too many costs the desk
    /// a question to the supervisor, one too few may cost the reporter more.
    /// </summary>
    private static ImmutableArray<string> NamedUnits(string text, City city) =>
        [.. city.Units.Where(u => text.Contains(ShortName(u, city), StringComparison.Ordinal)).Select(u => u.Id)];

    private const int ShortestName = 4;

    private static string ShortName(Unit unit, City city)
    {
        foreach (var area in city.Areas)
            if (unit.Name.Length >= area.Name.Length + ShortestName && unit.Name.StartsWith(area.Name, StringComparison.Ordinal))
                return unit.Name[area.Name.Length..];
        return unit.Name;
    }
}
