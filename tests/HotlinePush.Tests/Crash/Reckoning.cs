using System.Text.Json;
using HotlinePush.Channels.Outbox;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Supervision;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Tests.Crash;

/// <summary>
/// What must hold of a store once all is quiet, worked out from the histories alone: heads, lists, moments, reminders and texts say what
/// the histories say, each thing once. Everything that does not is a line in <see cref="Problems"/>.
/// </summary>
internal sealed class Reckoning
{
    private readonly List<string> _problems = [];
    private readonly TimeSpan _overtaken;

    private Reckoning(TimeSpan overtaken) => _overtaken = overtaken;

    public IReadOnlyList<string> Problems => _problems;

    public Dictionary<string, (Ticket Ticket, IReadOnlyList<TicketEvent> History)> Tickets { get; } = new(StringComparer.Ordinal);

    public int Reminders { get; private set; }

    public int Texts { get; private set; }

    /// <param name="now">Product time at which all was quiet.</param>
    /// <param name="toldSince">Earlier events are of a past that nobody was told of.</param>
    /// <param name="overtaken">A reminder due this shortly before its clock stopped may be missing: whoever was to be reminded has acted.</param>
    public static async Task<Reckoning> OfAsync(ITableStore store, StoredRows rows, KeyRing keys, City city, DateTimeOffset now, DateTimeOffset toldSince, TimeSpan overtaken)
    {
        var reckoning = new Reckoning(overtaken);
        var tickets = new TicketStore(store, keys, null!);
        foreach (var (partition, row) in rows.Of(WorkShard.Table).Where(r => r.Row.StartsWith("t!", StringComparison.Ordinal) && r.Row.EndsWith("!head", StringComparison.Ordinal)))
        {
            var number = Keys.Split(row)[1];
            var stored = (await tickets.ReadAsync(number))!;
            if (partition != TicketStore.ShardOf(number).Partition)
                reckoning.Add($"{number} lies in shard {partition}");
            reckoning.Tickets[number] = (stored.Ticket, await tickets.ReadHistoryAsync(stored));
        }

        foreach (var (ticket, history) in reckoning.Tickets.Values)
        {
            reckoning.CheckHistory(ticket, history, now);
            reckoning.CheckReminders(ticket, history, city, now);
        }

        reckoning.CheckWork(rows);
        reckoning.CheckLists(rows);
        reckoning.CheckTexts(rows, city, toldSince);
        foreach (var (queue, id) in rows.Dead)
            reckoning.Add($"a dead letter in {queue}: {id}");
        return reckoning;
    }

    private void Add(string problem) => _problems.Add(problem);

    private void CheckHistory(Ticket ticket, IReadOnlyList<TicketEvent> history, DateTimeOffset now)
    {
        if (!history.Select(e => e.Seq).SequenceEqual(Enumerable.Range(1, ticket.Seq)))
            Add($"{ticket.Number} is at {ticket.Seq}, its history is {string.Join(',', history.Select(e => e.Seq))}");
        else if (Json(TicketFold.Replay(history)) is var told && told != Json(ticket))
            Add($"{ticket.Number}: the history tells {told}, the head says {Json(ticket)}");
        for (var i = 1; i < history.Count; i++)
            if (history[i].At < history[i - 1].At)
                Add($"{ticket.Number}: event {i + 1} at {history[i].At:O} is before event {i} at {history[i - 1].At:O}");
        if (ticket is { State: TicketState.Received, DeskReason: null })
            Add($"{ticket.Number} is neither routed nor at the desk");
        if (ticket.State.IsOpen() && ticket.NextMoment <= now)
            Add($"{ticket.Number}: what was due at {ticket.NextMoment:O} has not fired by {now:O}");
        foreach (var joined in ticket.Joined)
            if (!Tickets.TryGetValue(joined, out var source) || source.Ticket.MergedInto != ticket.Number)
                Add($"{ticket.Number} took in {joined}, which was never merged into it");
        if (ticket.MergedInto is { } into && (!Tickets.TryGetValue(into, out var target) || !target.Ticket.Joined.Contains(ticket.Number)))
            Add($"{ticket.Number} is merged into {into}, which does not know it");
    }

    private void CheckWork(StoredRows rows)
    {
        var moments = Tickets.Values.Where(t => t.Ticket.State.IsOpen())
            .Select(t => (TicketStore.ShardOf(t.Ticket.Number).Partition, Keys.Of("w", t.Ticket.NextMoment, t.Ticket.Number)));
        Same("moments", moments, rows.Of(WorkShard.Table).Where(r => r.Row.StartsWith("w!", StringComparison.Ordinal)));
        foreach (var (partition, row) in rows.Of(WorkShard.Table).Where(r => r.Row.StartsWith("o!", StringComparison.Ordinal)))
            Add($"a pending message in {partition}: {row}");
    }

    private void CheckLists(StoredRows rows) => Same(
        "lists",
        Tickets.Values.SelectMany(t => TicketIndexes.KeysOf(t.Ticket)).Select(k => (k.Partition, k.Row)),
        rows.Of(TicketIndexes.Table).Where(r => r.Partition != TicketIndexes.DaysPartition && r.Row != TicketFact.ChangedRow));

    private void Same(string what, IEnumerable<(string Partition, string Row)> wanted, IEnumerable<(string Partition, string Row)> found)
    {
        var (want, have) = (wanted.ToHashSet(), found.ToHashSet());
        foreach (var row in want.Except(have))
            Add($"{what}: {row} is missing");
        foreach (var row in have.Except(want))
            Add($"{what}: {row} should not be there");
    }

    private void CheckTexts(StoredRows rows, City city, DateTimeOffset toldSince)
    {
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        var allowed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (ticket, history) in Tickets.Values)
            foreach (var happened in history.Where(e => e.At >= toldSince))
            {
                foreach (var (purpose, people) in Owed(ticket, happened, city))
                    wanted.UnionWith(people.Select(p => $"{ticket.Number}-{happened.Seq}-{purpose}{p}"));
                // Who had joined when the text went out is not in the history of this ticket alone.
                allowed.UnionWith(Tickets.Keys.SelectMany(joined => PurposeOf(happened) is { } p ? [$"{ticket.Number}-{happened.Seq}-{p}-{joined}"] : Array.Empty<string>()));
            }

        var byId = rows.Of(OutboxChannel.Table).Select(r => Keys.Split(r.Row)).ToLookup(k => k[0], k => k[^1]);
        foreach (var id in wanted.Except(byId["at"]))
            Add($"outbox: {id} is missing");
        foreach (var id in byId["at"].Except(wanted).Except(allowed))
            Add($"outbox: {id} should not be there");
        foreach (var doubled in byId["at"].GroupBy(i => i).Where(g => g.Count() > 1))
            Add($"outbox: {doubled.Key} is there {doubled.Count()} times");
        Texts = wanted.Count;
    }

    private static IEnumerable<(string Purpose, IEnumerable<string> People)> Owed(Ticket ticket, TicketEvent happened, City city)
    {
        if (happened is ReminderFellDue due)
            yield return ("reminder", DutyContacts.Of(city, due.Holder, due.Level).Select((_, i) => $"-{i}"));
        if (happened is TicketDispatched to && ticket.Priority == Priority.Urgent)
            yield return ("urgentDispatched", DutyContacts.Of(city, to.LeadUnitId, 0).Select((_, i) => $"-{i}"));
        if (PurposeOf(happened) is { } purpose && (ticket.Contact?.Phone ?? ticket.Contact?.Email) is not null)
            yield return (purpose, [""]);
    }

    private static string? PurposeOf(TicketEvent happened) => happened switch
    {
        TicketReceived { Alarm: not null } => "emergency",
        TicketReceived => "ticketReceived",
        AnswerAudited { Accepted: true, To: TicketState.Answered } => "ticketAnswered",
        ExtensionDecided { Approved: true } => "ticketExtended",
        CallbackMade { Result: CallbackResult.Redo } => "ticketRedo",
        TicketMerged => "ticketMerged",
        CallbackMade { To: TicketState.Closed } or AnsweredAtDesk or TicketDeclined or TicketTerminated or TicketHandedOver => "ticketClosed",
        _ => null,
    };

    /// <summary>The reminders of each clock that neither stood still nor was extended, worked out from its start and its limit.</summary>
    private void CheckReminders(Ticket ticket, IReadOnlyList<TicketEvent> history, City city, DateTimeOffset now)
    {
        var fired = history.OfType<ReminderFellDue>().ToLookup(r => r.ClockId);
        Reminders += fired.Sum(f => f.Count());
        foreach (var clock in ticket.Clocks.Where(c => HotlinePush.Clocks.Reminders.Remind(c.Kind)))
        {
            if (clock.ExtendedDays > 0 || clock.Segments.Any(s => !s.Running || s.Why == "audit"))
                continue;
            var end = clock.StoppedAt is { } stopped && stopped < now ? stopped - _overtaken : now;
            var observed = fired[clock.Id].OrderBy(r => r.Seq).ToArray();
            var step = 0;
            var last = clock.StartedAt;
            foreach (var reminder in observed)
            {
                step++;
                var due = MomentOf(ticket, clock, step, last, city);
                if (reminder.Step != step || reminder.At < due || reminder.At > (clock.StoppedAt ?? DateTimeOffset.MaxValue))
                    Add($"{ticket.Number}: {clock.Kind} clock {clock.Id} reminded by step {reminder.Step} at {reminder.At:O}; step {step} is due at {due:O}");
                last = reminder.At;
            }

            if (MomentOf(ticket, clock, step + 1, last, city) is var next && next <= end)
                Add($"{ticket.Number}: {clock.Kind} clock {clock.Id} lacks step {step + 1}, due at {next:O}; it ran until {end:O}");
        }
    }

    private static DateTimeOffset MomentOf(Ticket ticket, Clock clock, int step, DateTimeOffset last, City city)
    {
        var hours = city.HoursOf(clock.Kind == ClockKind.Resolve ? null : clock.Segments[0].Holder);
        if (step > HotlinePush.Clocks.Reminders.AtDeadline)
            return DeadlineCalculator.NextWorkingDayAt(last > clock.DueAt ? last : clock.DueAt, new(9, 0), city.Calendar);
        var percent = step switch { 1 => 50, 2 => 80, _ => 100 };
        var moment = DeadlineCalculator.MomentAt(
            clock.StartedAt, clock.Limit, city.Calendar, clock.Kind == ClockKind.Sign ? hours : OfficeHours.Default, [], percent);
        return ticket.Priority == Priority.Urgent ? moment : DeadlineCalculator.NextOfficeMoment(moment, city.Calendar, hours);
    }

    private static string Json(Ticket ticket) => JsonSerializer.Serialize(ticket, Options);

    private static readonly JsonSerializerOptions Options = new(MessageJson.Options) { WriteIndented = false };
}
