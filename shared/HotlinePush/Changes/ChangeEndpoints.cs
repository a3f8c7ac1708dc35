using HotlinePush.Operations;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Changes;

/// <summary><c>/changes</c>: what happened to tickets, in order, for platforms that follow them.</summary>
public static class ChangeEndpoints
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>Chunks that a timed run collects: what a busy minute makes, many times over.</summary>
    private const int RoundsOfARun = 500;

    /// <summary>Chunks that a reader waits for; he comes again for the rest.</summary>
    private const int RoundsOfAReader = 2;

    /// <param name="Next">For the following page; null where this was the last one for now.</param>
    /// <param name="Resume">Where to ask from the next time, whether there is more yet or not; null where nothing ever happened.</param>
    private sealed record ChangesAnswer(IReadOnlyList<TicketChange> Items, string? Next, string? Resume);

    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/changes", ReadAsync).RequireRole(Role.Desk, Role.Supervisor, Role.Admin, Role.Platform)
            .TakesQuery("source", "只要这个来源的工单 (tickets of this source alone)").WithSummary("工单变动 (what changed, in order)");

    public static IServiceCollection AddChanges(this IServiceCollection services)
    {
        services.TryAddSingleton<ChangeLog>();
        services.AddSingleton(s => new TimedRun(TimedRuns.CollectChanges, Every, ct => s.GetRequiredService<ChangeLog>().CollectAsync(RoundsOfARun, ct)));
        return services;
    }

    private static async Task<object> ReadAsync(HttpContext http, ListQuery list, ChangeLog log, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var source = query.Text("source", 100);
        if (query.Refusal is { } refusal)
            return refusal;
        if (!list.TryRead<ChangeCursor>(out var after) || after is { Chunk: < 0 } or { Index: < 0 })
            return Cursor.Bad;
        await log.CollectAsync(RoundsOfAReader, ct);
        var page = await log.ReadAsync(after, list.Limit, source, ct);
        var resume = page.Last is null ? null : Cursor.Write(page.Last);
        return TypedResults.Ok(new ChangesAnswer(page.Items, page.More ? resume : null, resume));
    }
}
