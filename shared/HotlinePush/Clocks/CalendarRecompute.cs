using System.Globalization;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Clocks;

/// <summary>Compute the open deadlines of the shards from <paramref name="Shard"/> on again.</summary>
/// <param name="Version">The calendar's version that asks for it; names the messages.</param>
/// <param name="Pass">1 at once; 2 when every process must have seen the new calendar.</param>
public sealed record RecomputeCalendar(int Version, int Pass, int Shard);

/// <summary>A running deadline that would move.</summary>
public sealed record DeadlineMove(string Number, ClockKind Kind, DateTimeOffset From, DateTimeOffset To);

/// <param name="Deadlines">How many would move, of <paramref name="Tickets"/> tickets.</param>
/// <param name="Looked">How many open tickets were looked at.</param>
/// <param name="All">Whether these were all.</param>
public sealed record CalendarPreview(IReadOnlyList<DeadlineMove> First, int Deadlines, int Tickets, int Looked, bool All);

/// <summary>
/// After a notice was published or amended: goes through every open ticket, some shards a message, each message sending the next. A ticket
/// whose deadlines stay where they are gets no event, so a repeated message does nothing.
/// </summary>
public sealed class CalendarRecompute(
    TicketStore tickets, TicketActions actions, CitySource cities, IMessageBus bus, MessageCatalogue catalogue, ILogger<CalendarRecompute> log)
{
    public const string Type = "calendar.recompute.v1";
    private const int TicketsAMessage = 500;
    private const int ShardsAMessage = 32;
    private const int AtOnce = 4;
    private const int PageRows = 1000;

    // Somebody waits for it; more open tickets than that are looked at in part, and it is said so.
    private const int PreviewTickets = 20_000;

    // Another process may take in tickets by its former picture of the set-up for a short while; the second pass finds those.
    private static readonly TimeSpan SecondPass = CitySource.Fresh + TimeSpan.FromSeconds(8);

    public static void AddTo(MessageCatalogue catalogue) => catalogue.Add<RecomputeCalendar, CalendarRecompute>(
        Type, Queues.Jobs, new(10, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(10)), (handler, message, ct) => handler.HandleAsync(message, ct));

    public static IReadOnlyList<PendingMessage> After(int version, MessageCatalogue catalogue, TimeProvider engine) =>
    [
        Message(catalogue, new(version, 1, 0)),
        Message(catalogue, new(version, 2, 0), engine.GetUtcNow() + SecondPass),
    ];

    public async Task HandleAsync(RecomputeCalendar message, CancellationToken ct)
    {
        // This process may hold a picture from before the change.
        cities.Forget();
        var (shard, handled) = (message.Shard, 0);
        for (; shard < WorkShard.Count && shard - message.Shard < ShardsAMessage && handled < TicketsAMessage; shard++)
            handled += await RecomputeAsync(new((byte)shard), ct);
        if (shard < WorkShard.Count)
            await bus.SendAsync([Message(catalogue, message with { Shard = shard }).ToOutgoing()], ct);
        else
            log.LogInformation("Open deadlines stand by version {Version} of the calendar, pass {Pass}", message.Version, message.Pass);
    }

    private async Task<int> RecomputeAsync(WorkShard shard, CancellationToken ct)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            // Moments move while they are read, by others and by this; only a reading that shows nothing new has shown all.
            var found = (await OpenAsync(shard, ct)).Where(seen.Add).ToList();
            if (found.Count == 0)
                return seen.Count;
            await Parallel.ForEachAsync(found, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (number, stop) =>
            {
                var result = await actions.ApplyAsync(number, (ticket, context) => TicketRules.Decide(ticket, new RecomputeDeadlines(), Actor.System, context), stop);
                // A ticket that is being changed all the time: the message is tried again, the others then have nothing to do.
                if (result.Refusal is { Code: "versionConflict" })
                    throw new InvalidOperationException($"Ticket {number} changed too often to be recomputed.");
            });
        }
    }

    /// <summary>Which open deadlines a notice would move, as the recomputation would, and nothing written.</summary>
    /// <param name="most">How many moves are listed; all are counted.</param>
    public async Task<CalendarPreview> PreviewAsync(CalendarYear notice, DateTimeOffset now, int most, CancellationToken ct)
    {
        var city = await cities.GetAsync(ct);
        var after = city with { Calendar = city.Calendar.With(notice) };
        var moves = new List<DeadlineMove>();
        var (looked, all) = (0, true);
        for (var shard = 0; shard < WorkShard.Count; shard++)
        {
            if (looked >= PreviewTickets)
            {
                all = false;
                break;
            }

            var open = await tickets.ReadManyAsync(await OpenAsync(new((byte)shard), ct), ct);
            looked += open.Count;
            foreach (var ticket in open.Select(t => t.Ticket))
            {
                var rules = new RuleContext(after, now).Clocks(ticket);
                moves.AddRange(from clock in ticket.Clocks
                               let moved = rules.Recompute(clock)
                               where moved.DueAt != clock.DueAt
                               select new DeadlineMove(ticket.Number, clock.Kind, clock.DueAt, moved.DueAt));
            }
        }

        return new([.. moves.OrderBy(m => m.From).Take(most)], moves.Count, moves.Select(m => m.Number).Distinct(StringComparer.Ordinal).Count(), looked, all);
    }

    private async Task<List<string>> OpenAsync(WorkShard shard, CancellationToken ct)
    {
        var numbers = new List<string>();
        string? continuation = null;
        do
        {
            var (rows, next) = await tickets.ReadMomentsAsync(shard, Ticket.NoMoment.AddSeconds(1), PageRows, continuation, ct);
            numbers.AddRange(rows.Select(r => r.Number).Where(n => !Notices.Sending.PageAlarms.IsOwner(n)));
            continuation = next;
        }
        while (continuation is not null);
        return numbers;
    }

    private static PendingMessage Message(MessageCatalogue catalogue, RecomputeCalendar body, DateTimeOffset? notBefore = null) =>
        catalogue.Message(Type, string.Create(CultureInfo.InvariantCulture, $"calendar-{body.Version}-{body.Pass}-{body.Shard}"), body, notBefore);
}
