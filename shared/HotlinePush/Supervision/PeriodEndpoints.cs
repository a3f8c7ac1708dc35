using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Supervision;

/// <summary>Freezing a month, and reading it beside the figures of today.</summary>
internal static class PeriodEndpoints
{
    private sealed record Position(string Id);

    /// <param name="Live">The same months' figures as they are now: appeals decided since have changed what stands after exclusions.</param>
    private sealed record PeriodView(
        string Id, DateOnly From, DateOnly To, DateTimeOffset FrozenAt, string FrozenBy, ScoreRule Rule, ScoreItem Total, IReadOnlyList<ScoreItem> Units,
        IReadOnlyList<ScoreItem> Categories, int Deductions, LiveView Live);

    private sealed record LiveView(ScoreItem Total, IReadOnlyList<ScoreItem> Units, int PendingDays);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/supervision/periods/{id}", FreezeAsync).RequireRole(SupervisionEndpoints.Supervisors).WithSummary("定格一个月的考核 (freeze a month)");
        api.MapGet("/supervision/periods", ListAsync).RequireRole(SupervisionEndpoints.Readers).WithSummary("已定格的月份 (frozen months)");
        api.MapGet("/supervision/periods/{id}", GetAsync).RequireRole(SupervisionEndpoints.Readers).WithSummary("一个已定格的月份 (a frozen month beside today's figures)");
    }

    private static async Task<IResult> FreezeAsync(string id, FrozenPeriods periods, Figures figures, HttpContext http)
    {
        var (frozen, refusal) = await periods.FreezeAsync(id, http.GetActor(), http.RequestAborted);
        return frozen is null
            ? refusal!.ToResult()
            : Reply.Created(await ViewAsync(frozen, figures, http.RequestAborted), $"/api/v1/supervision/periods/{id}");
    }

    private static async Task<IResult> GetAsync(string id, FrozenPeriods periods, Figures figures, HttpContext http) =>
        await periods.FindAsync(id, http.RequestAborted) is { } frozen
            ? TypedResults.Ok(await ViewAsync(frozen, figures, http.RequestAborted))
            : Problems.NotFoundHere.ToResult();

    private static async Task<IResult> ListAsync(ListQuery list, FrozenPeriods periods, HttpContext http)
    {
        if (!list.TryRead<Position>(out var after) || after is { Id: var id } && FrozenPeriods.Read(id) is null)
            return Cursor.Bad.ToResult();
        var (items, next) = await periods.ListAsync(after?.Id, list.Limit, http.RequestAborted);
        return TypedResults.Ok(new Page<FrozenSummary>(items, next is null ? null : Cursor.Write(new Position(next))));
    }

    private static async Task<PeriodView> ViewAsync(FrozenPeriod f, Figures figures, CancellationToken ct)
    {
        var live = await figures.ScoresAsync(new(f.From, f.To), Dimension.Unit, null, ct, f.Rule);
        return new(
            f.Id, f.From, f.To, f.FrozenAt, f.FrozenBy.Id, f.Rule, f.Total, f.Units, f.Categories, f.Deductions, new(live.Total, live.Items, live.PendingDays));
    }
}
