using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Clocks;

/// <param name="Year">As GET answered it; where given it must be the year of the address.</param>
public sealed record CalendarYearBody(IReadOnlyList<CalendarDay> Days, int? Year = null);

/// <summary>The answer of <c>/calendar/deadline</c>.</summary>
public sealed record DeadlineReply(DateTimeOffset DueAt, bool Provisional, IReadOnlyList<DateOnly> Counted, IReadOnlyList<SkippedDay> Skipped);

/// <summary>
/// <c>/calendar</c>: the notice of a year, shipped or set, and what a limit comes to. All years share one version: amending one while
/// another is being amended is a conflict under <c>If-Match</c>.
/// </summary>
public static class CalendarEndpoints
{
    /// <summary>How many moved deadlines a preview lists.</summary>
    internal const int PreviewShown = 50;

    /// <summary>Puts a notice in force; the recomputation of open deadlines follows from it.</summary>
    /// <param name="seen">The version a form was made from, in place of <c>If-Match</c>.</param>
    internal static Task<(int Version, Refusal? Refusal)> PublishAsync(
        HttpContext http, SetupStore setup, CitySource cities, CalendarYear notice, MessageCatalogue catalogue, TimeProvider engine, int? seen = null) =>
        SetupLists.ReplaceAsync<IReadOnlyList<CalendarYear>>(http, setup, cities, SetupNames.Calendar, [], read =>
            Task.FromResult(new SetupChange<IReadOnlyList<CalendarYear>>(
                [.. read.Value.Where(y => y.Year != notice.Year).Append(notice).OrderBy(y => y.Year)],
                CalendarRecompute.After(read.Version + 1, catalogue, engine),
                null)), seen: seen);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/calendar/years/{year:int}", async (int year, CitySource cities, CancellationToken ct) =>
        {
            var city = await cities.GetAsync(ct);
            return city.Calendar.Years.TryGetValue(year, out var notice)
                ? Reply.Json(StatusCodes.Status200OK, notice, city.VersionOf(SetupNames.Calendar))
                : (object)Problems.NotFoundHere;
        }).AnyKey();

        api.MapPut("/calendar/years/{year:int}", async (
            int year, JsonBody<CalendarYearBody> body, HttpContext http, SetupStore setup, CitySource cities, MessageCatalogue catalogue, TimeProvider engine) =>
        {
            var notice = new CalendarYear(year, body.Value.Days);
            var wrong = new Check()
                .That((body.Value.Year ?? year) == year, "year", "badValue", "年份与地址不符。")
                .Add("", notice.Validate())
                .Result();
            if (wrong is not null)
                return (object)wrong;
            var (version, refusal) = await PublishAsync(http, setup, cities, notice, catalogue, engine);
            return refusal is not null ? refusal : Reply.Json(StatusCodes.Status200OK, notice, version);
        }).RequireRole(Role.Admin);

        api.MapPost("/calendar/years/{year:int}/preview", async (
            int year, JsonBody<CalendarYearBody> body, HttpContext http, CalendarRecompute recompute, ProductClock clock) =>
        {
            var notice = new CalendarYear(year, body.Value.Days);
            return new Check().Add("", notice.Validate()).Result() is { } wrong
                ? (object)wrong
                : TypedResults.Ok(await recompute.PreviewAsync(notice, clock.GetUtcNow(), PreviewShown, http.RequestAborted));
        }).RequireRole(Role.Admin).Produces<CalendarPreview>();

        api.MapGet("/calendar/deadline", async (HttpContext http, CitySource cities, CancellationToken ct) =>
        {
            var query = new QueryFields(http.Request);
            var (from, amount, unit) = (query.Text("from"), query.Text("amount"), query.Text("unit"));
            if (query.Refusal is { } bad)
                return (object)bad;
            var answer = DeadlineQuery.Ask(from, amount, unit, (await cities.GetAsync(ct)).Calendar);
            return answer.Explanation is { } e
                ? Reply.Json(StatusCodes.Status200OK, new DeadlineReply(e.Deadline.DueAt, e.Deadline.Provisional, e.Counted, e.Skipped))
                : new Check().Add("", answer.Problems).Result()!;
        }).AnyKey()
            .TakesQuery("from", "2026-11-20T17:30:00+08:00", required: true)
            .TakesQuery("amount", "1–1000", "integer", required: true)
            .TakesQuery("unit", "workingDays | workingHours | hours | minutes", required: true);
    }
}
