using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Inbound.Open311;

/// <summary>What a GET of requests asks for.</summary>
/// <param name="Ids">Given: these alone, whatever else is asked. What is no id is left out.</param>
public sealed record RequestQuery(IReadOnlyList<string>? Ids, PublishedQuery? Filter, int Skip, int Take, bool Extensions)
{
    /// <summary>As published: so many requests, of so many days, where nothing else is said.</summary>
    public const int Most = 1_000;
    public const int MostDays = 90;

    /// <summary>What paging may pass over; who wants older ones narrows the dates.</summary>
    public const int Deepest = 10_000;

    private const int PageSize = 50;
    private const int MostCodes = 50;

    /// <summary>Either the question, or 400, or 404 for a service there is not.</summary>
    public static (RequestQuery? Query, Refusal? Refusal) Read(HttpRequest request, City city, DateTimeOffset now)
    {
        var query = new QueryFields(request);
        var ids = List(request, "service_request_id");
        var codes = List(request, "service_code");
        var status = List(request, "status");
        var extensions = query.Flag("extensions") ?? false;
        query.Check.That(ids.Count <= Most, "service_request_id", "outOfRange", $"一次最多 {Most} 个。");
        if (ids.Count > 0)
            return query.Refusal is { } wrong ? (null, wrong) : (new([.. ids.Where(TicketNumber.IsValid).Distinct()], null, 0, 0, extensions), null);

        var (from, to) = Range(query, now);
        var page = query.Number("page", 1, Deepest);
        var size = query.Number("page_size", 1, Most) ?? (page is null ? Most : PageSize);
        var skip = ((page ?? 1) - 1) * size;
        query.Check.That(skip + size <= Deepest || page is null, "page", "outOfRange", $"最多翻到第 {Deepest} 件，请缩小日期范围。")
            .That(codes.Count <= MostCodes, "service_code", "outOfRange", $"一次最多 {MostCodes} 个。");
        foreach (var word in status)
            query.Check.OneOf("status", word, "open", "closed");
        if (query.Refusal is { } refusal)
            return (null, refusal);
        if (codes.FirstOrDefault(c => Open311Services.Find(c, city) is null) is not null)
            return (null, new("notFound", "service_code：没有这个服务。"));
        bool? open = status.Distinct().ToList() is [var one] ? one == "open" : null;
        return (new(null, new(from, to, [.. codes.Distinct()], open), (int)skip, (int)size, extensions), null);
    }

    private static (DateTimeOffset From, DateTimeOffset To) Range(QueryFields query, DateTimeOffset now)
    {
        var span = TimeSpan.FromDays(MostDays);
        var (start, end) = (query.Moment("start_date"), query.Moment("end_date"));
        if (start is { } s && end is { } e)
            query.Check.That(s <= e, "end_date", "badTime", "早于 start_date。").That(e - s <= span, "end_date", "outOfRange", $"跨度最多 {MostDays} 天。");
        var from = start ?? (end ?? now) - span;
        // Of the end of the calendar nothing is left to add to.
        return (from, end ?? (start is null ? now : WireTime.Latest - span > from ? from + span : WireTime.Latest));
    }

    /// <summary>Commas and repeated parameters alike.</summary>
    private static List<string> List(HttpRequest request, string name) =>
        [.. request.Query[name].OfType<string>().SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
}
