using System.Security.Cryptography;
using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Notices;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Records;

/// <summary>Everything that is known of one ticket 卷宗, for whoever has to account for it years later: as the asking role may see it.</summary>
/// <param name="PolicyVersion">The policy that set its limits.</param>
/// <param name="Looks">Who looked at what is kept from most, and who made case files; newest first.</param>
/// <param name="HistoryHash">SHA-256 over the history in this file, hex: two files of the same history have the same.</param>
public sealed record TicketCaseFile(
    DateTimeOffset MadeAt, TicketView Ticket, DateTimeOffset? PersonalDataDeletedAt, int PolicyVersion, IReadOnlyList<EventView> History, IReadOnlyList<ClockView> Clocks, IReadOnlyList<AuditEntry> Looks,
    string HistoryHash);

/// <summary>Everything that is known of one notice, without its recipients: those are exported by the deliveries.</summary>
/// <param name="Notice">With the approvers, the checklist and, in <c>frozen</c>, the hash of list, values and texts.</param>
/// <param name="Attempts">Calls to providers by channel and provider, and what became of them.</param>
public sealed record NoticeCaseFile(
    DateTimeOffset MadeAt, NoticeView Notice, IReadOnlyList<NoticeEventView> History, IReadOnlyList<AttemptFigure> Attempts, IReadOnlyList<AuditEntry> Looks, string HistoryHash);

/// <param name="Calls">Each of them is paid for, if the provider takes money for it.</param>
public sealed record AttemptFigure(Channels.ChannelKind Channel, string Provider, DeliveryState State, int Calls);

/// <summary>Makes case files. Making one is itself on record before anything is read.</summary>
public sealed class CaseFiles(TicketStore tickets, NoticeStore notices, DeliveryStore deliveries, CitySource cities, StaffNames staff, AuditLog audit, ProductClock clock)
{
    public const string AuditAction = "makeCaseFile";

    private const int MostLooks = 1000;

    public async Task<TicketCaseFile?> OfTicketAsync(string number, Actor by, CancellationToken ct)
    {
        var city = await cities.GetAsync(ct);
        if (!TicketNumber.IsValid(number) || await tickets.ReadAsync(number, ct) is not { } stored || !TicketAccess.MaySee(stored.Ticket, by, city))
            return null;
        var now = clock.GetUtcNow();
        await audit.AppendAsync(new(now, by, AuditAction, number), ct);
        var events = await tickets.ReadHistoryAsync(stored, ct: ct);
        var names = await staff.OfAsync(events.Select(e => e.By), by, ct);
        List<EventView> history = [.. events.Select(e => EventView.Of(stored.Ticket, e, by, names))];
        return new(
            now, TicketView.Of(stored.Ticket, by), stored.Ticket.PersonalDataDeletedAt, stored.Ticket.PolicyVersion, history, [.. stored.Ticket.Clocks.Select(c => ClockView.Of(c, city, now, staff: true))],
            await audit.ReadOfAsync(number, MostLooks, ct), HashOf(history));
    }

    public async Task<NoticeCaseFile?> OfNoticeAsync(string id, Actor by, CancellationToken ct)
    {
        if (await notices.ReadAsync(id, ct) is not { Notice: var notice } || !NoticeRules.MaySee(notice, by))
            return null;
        var now = clock.GetUtcNow();
        await audit.AppendAsync(new(now, by, AuditAction, id), ct);
        List<NoticeEventView> history = [.. (await notices.ReadHistoryAsync(id, ct)).Select(NoticeEventView.Of)];
        var calls = new Dictionary<(Channels.ChannelKind, string, DeliveryState), int>();
        var progress = Progress.None;
        if (notice.Frozen is { } frozen)
        {
            progress = await deliveries.ProgressAsync(id, frozen, ct);
            for (var page = 0; page < frozen.Pages; page++)
                foreach (var attempt in (await deliveries.LoadAsync(id, page, DeliveryPage.SizeOf(frozen, page), ct)).Rows.Where(d => d is not null).SelectMany(d => d!.Attempts))
                    calls[(attempt.Channel, attempt.Provider, attempt.State)] = calls.GetValueOrDefault((attempt.Channel, attempt.Provider, attempt.State)) + 1;
        }

        return new(
            now, NoticeView.Of(notice, progress), history, [.. calls.OrderBy(c => c.Key).Select(c => new AttemptFigure(c.Key.Item1, c.Key.Item2, c.Key.Item3, c.Value))],
            await audit.ReadOfAsync(id, MostLooks, ct), HashOf(history));
    }

    private static string HashOf<T>(IReadOnlyList<T> history) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(history, PersonalJson.PlainOptions)));
}
