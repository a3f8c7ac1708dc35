using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Incidents;

/// <summary>Bring the list in line with an incident, and see that its lead unit has a ticket.</summary>
public sealed record FollowIncident(string Id);

/// <summary>A ticket was attached: its resident is told, and once more where the incident is over by then.</summary>
public sealed record CallerAttached(string Number);

/// <summary>Tell everybody attached that it is over, from <paramref name="After"/> on.</summary>
public sealed record IncidentRestored(string Id, string? After);

/// <summary>What follows the changes of incidents and of attached tickets. All of it may be repeated.</summary>
public sealed class IncidentFollowing(
    IncidentStore incidents, TicketStore tickets, TicketActions actions, IndexSync indexes, CitySource cities, IMessageBus bus, MessageCatalogue catalogue, IChannel channel, ProductClock clock)
{
    public const string FollowType = "incident.follow.v1";
    public const string RestoredType = "incident.restored.v1";

    private const int CallersAMessage = 100;
    private const int AtOnce = 4;

    public static void AddTo(MessageCatalogue catalogue)
    {
        var quick = new RetryRule(10, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        var patient = new RetryRule(12, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(30));
        catalogue.Add<FollowIncident, IncidentFollowing>(FollowType, Queues.Tickets, quick, (h, m, ct) => h.HandleAsync(m, ct));
        catalogue.Add<CallerAttached, IncidentFollowing>(TicketMessages.AttachedType, Queues.People, patient, (h, m, ct) => h.HandleAsync(m, ct));
        catalogue.Add<IncidentRestored, IncidentFollowing>(RestoredType, Queues.People, patient, (h, m, ct) => h.HandleAsync(m, ct));
    }

    /// <summary>What a commit of an incident owes.</summary>
    public static List<PendingMessage> After(Incident? before, Incident after, MessageCatalogue catalogue)
    {
        var messages = new List<PendingMessage>();
        if (before?.State != after.State || before?.MasterNumber != after.MasterNumber)
            messages.Add(catalogue.Message(FollowType, $"{after.Id}-{after.Seq}-follow", new FollowIncident(after.Id)));
        if (before is { State: IncidentState.Open } && after.State == IncidentState.Closed)
            messages.Add(catalogue.Message(RestoredType, $"{after.Id}-restored-0", new IncidentRestored(after.Id, null)));
        return messages;
    }

    public async Task HandleAsync(FollowIncident message, CancellationToken ct)
    {
        if (await incidents.ReadAsync(message.Id, ct) is not { } stored)
            return;
        await incidents.ListAsync(stored.Incident, ct);
        await EnsureMasterAsync(stored, ct);
        // It may have been restored meanwhile, and its own message may have come first.
        if (await incidents.ReadAsync(message.Id, ct) is { } now && now.Incident.State != stored.Incident.State)
            await incidents.ListAsync(now.Incident, ct);
    }

    /// <summary>
    /// Files the lead unit's ticket under the first of the kept numbers that is free or its own already, then notes it. Cut off in between, the next
    /// attempt finds it.
    /// </summary>
    public async Task<StoredIncident> EnsureMasterAsync(StoredIncident stored, CancellationToken ct)
    {
        while (stored.Incident is { LeadUnitId: not null, MasterNumber: null, MasterNumbers: { } kept } incident)
        {
            string? number = null;
            foreach (var candidate in kept.Split(','))
            {
                if (await tickets.ReadAsync(candidate, ct) is { } taken ? taken.Ticket.MasterOf == incident.Id : await FileMasterAsync(incident, candidate, ct))
                {
                    number = candidate;
                    break;
                }
            }

            if (number is null)
                throw new TableStoreException("No free ticket number was met.", isTransient: true);
            if (await incidents.CommitAsync(stored, IncidentRules.FileMaster(incident, number, clock.GetUtcNow()), ct) is { } noted)
                return noted;
            stored = (await incidents.ReadAsync(incident.Id, ct))!;
        }

        return stored;
    }

    private async Task<bool> FileMasterAsync(Incident incident, string number, CancellationToken ct)
    {
        var city = await cities.GetAsync(ct);
        var intake = new Intake
        {
            Number = number,
            Type = TicketType.Help,
            Subject = incident.Title,
            Description = incident.Text,
            CategoryId = incident.CategoryId,
            AreaId = incident.AreaId,
            Channel = "incident",
            Priority = Priority.Normal,
            MasterOf = incident.Id,
        };
        var known = city.FindUnit(incident.LeadUnitId) is not null;
        var route = new Route(known ? incident.LeadUnitId : null, [], incident.CategoryId, incident.AreaId, null, null, known ? null : DeskReasons.NoRule, []);
        var result = await actions.CreateAsync(TicketRules.Receive(intake, null, route, Actor.System, new(city, clock.GetUtcNow())), ct);
        // Taken between the look and the insert: perhaps by another attempt at the same.
        return result?.Stored is not null || (await tickets.ReadAsync(number, ct))?.Ticket.MasterOf == incident.Id;
    }

    /// <summary>
    /// The row in the incident's partition is written before the incident is looked at: where it is still open then, whoever tells of its end finds
    /// the row; where it is over, this tells. Both by the same id, so once.
    /// </summary>
    public async Task HandleAsync(CallerAttached message, CancellationToken ct)
    {
        if (await tickets.ReadAsync(message.Number, ct) is not { Ticket.IncidentId: { } id } stored)
            return;
        await indexes.RunAsync(stored, TicketIndexes.IncidentKeysOf(stored.Ticket), ct);
        if (await incidents.ReadAsync(id, ct) is not { Incident: var incident })
            return;
        await TellAsync(stored.Ticket, incident, TicketTexts.IncidentJoined, incident.Text, ct);
        if (incident.State == IncidentState.Closed)
            await TellAsync(stored.Ticket, incident, TicketTexts.IncidentRestored, incident.RestoreText ?? "", ct);
    }

    /// <summary>A hundred a message, each message sending the next: none takes long, and a repeated one tells nobody twice.</summary>
    public async Task HandleAsync(IncidentRestored message, CancellationToken ct)
    {
        if (await incidents.ReadAsync(message.Id, ct) is not { Incident: { State: IncidentState.Closed } incident })
            return;
        var (numbers, next) = await incidents.ReadCallersAsync(message.Id, message.After, CallersAMessage, ct);
        await Parallel.ForEachAsync(numbers, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (number, stop) =>
        {
            if (await tickets.ReadAsync(number, stop) is { Key: not null } caller && caller.Ticket.IncidentId == incident.Id)
                await TellAsync(caller.Ticket, incident, TicketTexts.IncidentRestored, incident.RestoreText ?? "", stop);
        });
        if (next is not null)
            await bus.SendAsync([catalogue.Message(RestoredType, $"{message.Id}-restored-{next}", message with { After = next }).ToOutgoing()], ct);
    }

    /// <summary>The ticket's resident, and those of the tickets merged into it before.</summary>
    private async Task TellAsync(Ticket attached, Incident incident, string purpose, string text, CancellationToken ct)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (List<Ticket> next = [attached]; next.Count > 0;)
        {
            foreach (var told in next.Where(t => known.Add(t.Number)))
                if (TicketTelling.AddressOf(told.Contact) is var (kind, to))
                {
                    var (subject, body) = TicketTexts.Fill(purpose, new Dictionary<string, string> { ["number"] = told.Number, ["title"] = incident.Title, ["text"] = text });
                    await channel.SendAsync(new($"incident-{incident.Id}-{purpose}-{told.Number}", kind, to, kind == ChannelKind.Email ? subject : null, body, purpose, told.Number), ct);
                }

            next = [.. (await tickets.ReadManyAsync([.. next.SelectMany(t => t.Joined).Where(n => !known.Contains(n)).Distinct()], ct)).Where(t => t.Key is not null).Select(t => t.Ticket)];
        }
    }
}
