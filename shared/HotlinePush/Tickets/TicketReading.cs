using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Tickets;

/// <summary>A ticket somebody may see: as whom, with its history on demand.</summary>
public sealed record SeenTicket(StoredTicket Stored, Actor Actor, Func<Task<List<TicketEvent>>> History, City City);

/// <summary>
/// Reads a ticket for whoever asks: staff by role, residents by tracking code. No code, a wrong code and an unknown number are the same 404;
/// wrong codes are counted and slowed down.
/// </summary>
public sealed class TicketReading(TicketStore store, CitySource cities, KeyRing keys, CodeGuesses guesses, AuditLog audit, ProductClock clock)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    public async Task<(SeenTicket? Seen, Refusal? Refusal)> ReadAsync(string number, HttpContext http, CancellationToken ct, bool residentOnly = false)
    {
        var actor = http.GetActor();
        var city = await cities.GetAsync(ct);
        if (actor.IsStaff && !residentOnly)
        {
            if (!TicketEndpoints.Seers.Contains(actor.Role))
                return (null, new("roleLacking", "您的角色不能查看工单。"));
            var seen = TicketNumber.IsValid(number) ? await store.ReadAsync(number, ct) : null;
            if (seen is null || !TicketAccess.MaySee(seen.Ticket, actor, city))
                return (null, Problems.NotFoundHere);
            if (TicketAccess.LookIsAudited(seen.Ticket, actor))
                await audit.AppendAsync(new(Now, actor, "look", number, http.Request.Path.Value), ct);
            return (Seen(seen, actor, city, ct), null);
        }

        var (stored, refusal) = await ByCodeAsync(number, http.Request.Query["code"].ToString(), http.ClientAddressKey(), ct);
        return stored is null ? (null, refusal) : (Seen(stored, Actor.Resident, city, ct), null);
    }

    /// <summary>The ticket, where the code is its own.</summary>
    public async Task<(StoredTicket? Stored, Refusal? Refusal)> ByCodeAsync(string number, string? code, string addressKey, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(code))
            return (null, Problems.NotFoundHere);
        if (await guesses.CheckAsync(addressKey, number, ct) is { } refusal)
            return (null, refusal);
        var right = TicketNumber.IsValid(number) && keys.VerifyToken(TicketTelling.TrackingPurpose, number, code);
        var stored = right ? await store.ReadAsync(number, ct) : null;
        if (stored is not null)
            return (stored, null);
        await guesses.CountAsync(addressKey, number, ct);
        return (null, Problems.NotFoundHere);
    }

    public Task<List<TicketEvent>> EventsAsync(StoredTicket stored, int fromSeq, int limit, CancellationToken ct) => store.ReadHistoryAsync(stored, fromSeq, limit, ct);

    private SeenTicket Seen(StoredTicket stored, Actor actor, City city, CancellationToken ct) => new(stored, actor, () => store.ReadHistoryAsync(stored, ct: ct), city);
}
