using System.Globalization;
using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Storage;
using HotlinePush.Tickets;

namespace HotlinePush.Supervision.Topics;

/// <summary>Finds the topics of a period, both days included.</summary>
/// <param name="Latest">The hourly run: its report is what is shown where no period is asked for.</param>
public sealed record FindTopics(DateOnly From, DateOnly To, bool Latest = false);

/// <summary>
/// Reads the period's tickets, newest first, within a budget, and stores what it finds as one document. Run again from the start after a
/// crash: it writes nothing but the document. Confidential tickets are never in.
/// </summary>
public sealed class TopicSearch(ITableStore store, IMessageBus bus, TicketLists lists, ProductClock clock, ILogger<TopicSearch> log)
{
    public const string Table = "topics";
    public const string MessageType = "topics.find.v1";
    public const int Days = 28;
    public const int MostDays = 366;
    public static readonly TimeSpan Every = TimeSpan.FromHours(1);
    public static readonly RetryRule Retry = new(5, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10));

    /// <summary>Tickets one run looks at: some seconds of work.</summary>
    private const int HeadBudget = 6_000;

    private const int Page = 200;
    private static readonly string Partition = Keys.Of("found");
    private static readonly string LatestRow = Keys.Of("latest");

    /// <summary>The hourly run: the last four weeks.</summary>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var today = CityZone.DateOf(clock.GetUtcNow());
        await AskAsync(new(today.AddDays(1 - Days), today, Latest: true), ct);
        return 1;
    }

    /// <summary>Has the topics of a period found. Asked again within the second, it is one run.</summary>
    public Task AskAsync(FindTopics period, CancellationToken ct)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"topics-{period.From:yyyyMMdd}-{period.To:yyyyMMdd}-{clock.GetUtcNow():yyyyMMddHHmmss}");
        return bus.SendAsync([new OutgoingMessage(Queues.Jobs, id, MessageType, JsonSerializer.Serialize(period, MessageJson.Options), null)], ct);
    }

    /// <summary>The stored report of a period, or the hourly one; null where it has not been found yet.</summary>
    public async Task<TopicReport?> ReadAsync(DateOnly? from, DateOnly? to, CancellationToken ct) =>
        await store.ReadAsync(Table, Partition, from is null || to is null ? LatestRow : Row(from.Value, to.Value), ct) is { } row
            ? JsonSerializer.Deserialize<TopicReport>(row.Value.Span, MessageJson.Options)
            : null;

    public async Task HandleAsync(FindTopics period, CancellationToken ct)
    {
        var before = period.From.AddDays(period.From.DayNumber - period.To.DayNumber - 1);
        var texts = new List<TopicText>();
        var filter = new TicketFilter(null, null, null, before, period.To, null);
        ListCursor? after = null;
        var read = 0;
        do
        {
            var page = await lists.CityAsync(filter, after, Page, ct);
            read += page.Tickets.Count;
            texts.AddRange(page.Tickets
                .Where(t => !t.Confidential && t.Subject is not null)
                .Select(t => new TopicText(t.Number, t.Subject!, t.Description ?? "", t.ReceivedAt, t.AreaId, t.CategoryId)));
            after = page.Next;
        }
        while (after is not null && read < HeadBudget);

        var complete = after is null || (texts.Count > 0 && CityZone.DateOf(texts.Min(t => t.At)) < period.From);
        var report = RisingTopics.Report(texts, period.From, period.To, complete, clock.GetUtcNow());
        var bytes = JsonSerializer.SerializeToUtf8Bytes(report, MessageJson.Options);
        var batch = new Batch(Table, Partition).Upsert(Row(period.From, period.To), bytes);
        if (period.Latest)
            batch.Upsert(LatestRow, bytes);
        await store.CommitAsync(batch, ct);
        log.LogInformation("Found {Topics} topics in {Read} tickets", report.Topics.Count, read);
    }

    private static string Row(DateOnly from, DateOnly to) => Keys.Of("of", from, to);
}
