using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Incidents;

/// <summary>What opens an incident.</summary>
public sealed record NewIncident(string Title, string Text, string? AreaId = null, string? CategoryId = null, string? LeadUnitId = null);

/// <summary>One caller about an incident.</summary>
public sealed record NewCall(NewContact Contact, string? AreaId = null, string? Note = null);

/// <summary>An incident with how many have called.</summary>
public sealed record CountedIncident(Incident Incident, int Callers);

/// <summary>Opens, updates and ends incidents and takes calls about them: what endpoints and pages stand on.</summary>
public sealed class IncidentDesk(IncidentStore store, IncidentFollowing following, TicketFiling filing, CitySource cities, ProductClock clock)
{
    private const int Attempts = 8;
    private const int MaxTitle = 100;
    private const int MaxText = 1_000;

    /// <summary>An id, and numbers for the lead unit's ticket: the same for every attempt under one key.</summary>
    public string Reserve() => IncidentStore.NewId() + ":" + filing.ReserveNumbers();

    public async Task<(CountedIncident? Incident, Refusal? Refusal)> OpenAsync(NewIncident opened, string reserved, Actor by, CancellationToken ct)
    {
        var city = await cities.GetAsync(ct);
        var check = new Check()
            .Text("title", opened.Title, required: true, max: MaxTitle)
            .Text("text", opened.Text, required: true, max: MaxText)
            .That(opened.AreaId is null || city.FindArea(opened.AreaId) is not null, "areaId", "badValue", "没有这个区划。")
            .That(opened.CategoryId is null || city.FindCategory(opened.CategoryId) is not null, "categoryId", "badValue", "没有这个事项分类。")
            .That(opened.LeadUnitId is null || city.FindUnit(opened.LeadUnitId) is not null, "leadUnitId", "badValue", "没有这个承办单位。");
        if (check.Refusal is { } refusal)
            return (null, refusal);
        var cut = reserved.IndexOf(':');
        var incident = new Incident
        {
            Id = reserved[..cut],
            Title = opened.Title.Trim(),
            Text = opened.Text.Trim(),
            AreaId = opened.AreaId,
            CategoryId = opened.CategoryId,
            LeadUnitId = opened.LeadUnitId,
            MasterNumbers = opened.LeadUnitId is null ? null : reserved[(cut + 1)..],
        };
        var stored = await store.CommitAsync(null, IncidentRules.Open(incident, by, clock.GetUtcNow()), ct) ?? await store.ReadAsync(incident.Id, ct);
        await store.ListAsync(stored!.Incident, ct);
        stored = await following.EnsureMasterAsync(stored, ct);
        return (await CountedAsync(stored.Incident, ct), null);
    }

    /// <param name="ifVersion">The version it was decided on; null: whatever it is now.</param>
    public Task<(CountedIncident? Incident, Refusal? Refusal)> UpdateAsync(string id, string text, int? ifVersion, Actor by, CancellationToken ct) =>
        ChangeAsync(id, text, ifVersion, (incident, now) => IncidentRules.Update(incident, text.Trim(), by, now), ct);

    /// <summary>It is over: everybody attached is told, once.</summary>
    public Task<(CountedIncident? Incident, Refusal? Refusal)> RestoreAsync(string id, string text, int? ifVersion, Actor by, CancellationToken ct) =>
        ChangeAsync(id, text, ifVersion, (incident, now) => IncidentRules.Restore(incident, text.Trim(), by, now), ct);

    /// <summary>Takes a call in one step: a short ticket that is attached from its first moment, in one commit.</summary>
    public async Task<(Ticket? Ticket, CountedIncident? Incident, Refusal? Refusal)> CallAsync(string id, NewCall call, string reserved, Actor by, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not { Incident: var incident })
            return (null, null, Problems.NotFoundHere);
        if (incident.State == IncidentState.Closed)
            return (null, null, IncidentRules.IsClosed);
        var check = new Check()
            .Text("note", call.Note)
            .That(!call.Contact.Confidential, "contact.confidential", "badValue", "突发事件的来电不作保密件登记；需要保密的请另行建单。");
        if (check.Refusal is { } refusal)
            return (null, null, refusal);
        var request = new NewTicket(
            TicketType.Help, incident.Title, string.IsNullOrWhiteSpace(call.Note) ? incident.Title : call.Note, call.Contact, incident.CategoryId, call.AreaId ?? incident.AreaId);
        var (ticket, not) = await filing.FileTicketAsync(request, reserved, by, ct, new AttachToIncident(incident.Id));
        return not is not null ? (null, null, not) : (ticket, await CountedAsync(incident, ct), null);
    }

    public async Task<CountedIncident?> ReadAsync(string id, CancellationToken ct) =>
        await store.ReadAsync(id, ct) is { } stored ? await CountedAsync(stored.Incident, ct) : null;

    /// <summary>Newest first, with their callers.</summary>
    public async Task<(IReadOnlyList<CountedIncident> Items, string? Next)> ListAsync(IncidentState state, string? after, int limit, CancellationToken ct)
    {
        var (items, next) = await store.ReadListAsync(state, after, limit, ct);
        return (await Task.WhenAll(items.Select(i => CountedAsync(i, ct))), next);
    }

    private async Task<CountedIncident> CountedAsync(Incident incident, CancellationToken ct) => new(incident, await store.CountCallersAsync(incident.Id, ct));

    private async Task<(CountedIncident? Incident, Refusal? Refusal)> ChangeAsync(
        string id, string text, int? ifVersion, Func<Incident, DateTimeOffset, IncidentDecision> decide, CancellationToken ct)
    {
        if (new Check().Text("text", text, required: true, max: MaxText).Refusal is { } refusal)
            return (null, refusal);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await store.ReadAsync(id, ct) is not { } stored)
                return (null, Problems.NotFoundHere);
            if (ifVersion is { } version && version != stored.Incident.Seq)
                return (null, Problems.SomebodyWasFaster);
            var decision = decide(stored.Incident, clock.GetUtcNow());
            if (decision.Refusal is not null)
                return (null, decision.Refusal);
            if (await store.CommitAsync(stored, decision, ct) is not { } committed)
                continue;
            await store.ListAsync(committed.Incident, ct);
            return (await CountedAsync(committed.Incident, ct), null);
        }

        return (null, Problems.SomebodyWasFaster);
    }
}
