using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Operations;

/// <summary>Who looked at what is kept from most, newest first.</summary>
public static class AuditEndpoints
{
    private const int DefaultDays = 30;
    private const int MaxDays = 3660;

    // Days or chunks of days looked at for one page; a page may end there with a next one and few entries.
    private const int MostReads = 60;

    private sealed record Position(DateOnly Day, string? After = null);

    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/audit", ListAsync).RequireRole(Role.Admin, Role.Supervisor).Produces<Page<AuditEntry>>().WithSummary("查看记录 (audit log)")
            .TakesQuery("from", "日期 (date, Asia/Shanghai), 默认 to 之前 30 天")
            .TakesQuery("to", "日期，含当日 (inclusive), 默认今天")
            .TakesQuery("action", "如 revealPhone").TakesQuery("subject", "工单编号 (ticket number)").TakesQuery("actor", "操作人编号 (actor id)");

    private static async Task<IResult> ListAsync(ListQuery list, AuditLog audit, ProductClock clock, HttpContext http)
    {
        var query = new QueryFields(http.Request);
        var today = CityZone.DateOf(clock.GetUtcNow());
        var to = query.Date("to") ?? today;
        var from = query.Date("from") ?? to.AddDays(-DefaultDays);
        var (action, subject, actor) = (query.Text("action"), query.Text("subject"), query.Text("actor"));
        query.Check.That(from <= to, "from", "outOfRange", "开始日期不应晚于结束日期。");
        query.Check.That(to.DayNumber - from.DayNumber <= MaxDays, "from", "outOfRange", "一次最多查询十年。");
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        if (!list.TryRead<Position>(out var position) || position is { After: { } within } && !Keys.IsKey(within))
            return Cursor.Bad.ToResult();

        bool Wanted(AuditEntry e) => (action is null || e.Action == action) && (subject is null || e.Subject == subject) && (actor is null || e.Actor.Id == actor);
        var ct = http.RequestAborted;
        // Nothing is written ahead of now, so days to come need no look.
        position ??= new(to < today ? to : today);
        if (position.Day > to || position.Day < from)
            position = position.Day < from ? null : new(to);
        var items = new List<AuditEntry>();
        for (var reads = 0; position is not null && items.Count < list.Limit && reads < MostReads; reads++)
        {
            var page = await audit.ReadDayAsync(position.Day, list.Limit - items.Count, position.After, ct);
            items.AddRange(page.Items.Where(Wanted));
            position = page.Next is not null ? position with { After = page.Next }
                : position.Day > from ? new(position.Day.AddDays(-1))
                : null;
        }

        return TypedResults.Ok(new Page<AuditEntry>(items, position is null ? null : Cursor.Write(position)));
    }
}
