using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Supervision;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Supervision;

/// <summary>What supervisors decide and record, and what a unit contests.</summary>
internal static partial class SupervisionPages
{
    private const int LostDays = 60;

    private static void MapAppeals(RouteGroupBuilder pages)
    {
        pages.MapGet("/supervision/appeals", (HttpContext http, AppealList appeals, CancellationToken ct) => AppealsAsync(FormState.Empty(""), http, appeals, ct)).RequireRole(Readers);
        pages.MapPost("/supervision/appeals/{number}/{measure}", DecideAsync).RequireRole(Role.Supervisor);
        pages.MapGet("/unit/score", (HttpContext http, Deductions deductions, Figures figures, CancellationToken ct) =>
            UnitScoreAsync(FormState.Empty(""), http, deductions, figures, ct)).RequireRole(Role.Unit);
        pages.MapPost("/unit/score/{number}/{measure}", AppealAsync).RequireRole(Role.Unit);
    }

    private static void MapPeriods(RouteGroupBuilder pages)
    {
        pages.MapGet("/supervision/periods", (HttpContext http, FrozenPeriods periods, CancellationToken ct) => PeriodsAsync(FormState.Empty("freeze"), http, periods, ct)).RequireRole(Readers);
        pages.MapPost("/supervision/periods", FreezeAsync).RequireRole(Readers);
        pages.MapGet("/supervision/periods/{id}", PeriodAsync).RequireRole(Readers);
    }

    private static void MapRechecks(RouteGroupBuilder pages)
    {
        pages.MapGet("/supervision/rechecks", (HttpContext http, Rechecks rechecks, CancellationToken ct) => RechecksAsync(FormState.Empty("draw"), http, rechecks, ct)).RequireRole(Readers);
        pages.MapPost("/supervision/rechecks", DrawAsync).RequireRole(Role.Supervisor);
        pages.MapGet("/supervision/rechecks/{id}", async (string id, HttpContext http, Rechecks rechecks, CancellationToken ct) =>
            await rechecks.FindAsync(id, ct) is { } found ? await RecheckAsync(found, FormState.Empty(""), http) : Problems.NotFoundHere.ToResult()).RequireRole(Readers);
        pages.MapPost("/supervision/rechecks/{id}/{number}", RecordAsync).RequireRole(Role.Supervisor);
    }

    private static async Task<IResult> AppealsAsync(FormState form, HttpContext http, AppealList appeals, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var query = new QueryFields(http.Request);
        var state = query.Text("state") ?? "open";
        var after = query.Text("after");
        query.Check.OneOf("state", state, "open", "decided");
        if (after is not null)
            query.Check.That(Storage.Keys.IsKey(after), "after", "badValue", "翻页标记无效。");
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        page.Here = "/supervision/appeals?state=" + state;
        var (items, next) = await appeals.ReadAsync(state == "open", after, PageSize, page.Actor, ct);
        return new PageResult<AppealsPage>(
            page, Title(page, form, "sup.appeals"), form.Status,
            ("State", state), ("Items", items), ("Next", next), ("Form", form), ("Done", http.Request.Query["done"] == "appeal"));
    }

    private static async Task<IResult> DecideAsync(string number, string measure, HttpContext http, AppealList appeals, TicketActions actions, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "decide-" + number + measure);
        if (!WireWords.TryRead<Measure>(measure, out var which))
            return Problems.NotFoundHere.ToResult();
        if (form.Refusal is null && TextCheck.Of(form, "note") is { } wrong)
            form = form.Refused(wrong);
        if (form.Refusal is null && YesNo(form["approve"]) is null)
            form = form.Refused(new Check().Missing("approve").Refusal!);
        if (form.Refusal is null)
        {
            var done = await actions.ActAsync(number, new DecideAppeal(YesNo(form["approve"]) == true, form.Filled("note"), which), http.GetActor(), Version(form), ct);
            if (done.Refusal is null)
                return PageAnswers.SeeOther("/supervision/appeals?done=appeal");
            form = form.Refused(done.Refusal);
        }

        return await AppealsAsync(form, http, appeals, ct);
    }

    /// <summary>A unit's own figures and the points it lost, each with the way to contest it.</summary>
    private static async Task<IResult> UnitScoreAsync(FormState form, HttpContext http, Deductions deductions, Figures figures, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = "/unit/score";
        var unit = page.Actor.UnitId!;
        var today = CityZone.DateOf(page.Moments.Now);
        var period = new Period(today.AddDays(1 - LostDays), today);
        var scores = await figures.ScoresAsync(period, Dimension.Unit, null, ct);
        var query = new QueryFields(http.Request);
        FactPosition? position = null;
        if (query.Text("after", Cursor.MaxLength) is { } after && (!Cursor.TryRead(after, out position) || !position.IsPosition))
            return Cursor.Bad.ToResult();
        var found = await deductions.ReadAsync(period, unit, position, PageSize, ct);
        return new PageResult<UnitScorePage>(
            page, Title(page, form, "sup.unitScore"), form.Status,
            ("Period", period), ("Item", scores.Items.FirstOrDefault(i => i.Key == unit)), ("Items", found.Items),
            ("Next", found.Next is null ? null : Cursor.Write(found.Next)), ("Form", form), ("Done", http.Request.Query["done"] == "appeal"));
    }

    private static async Task<IResult> AppealAsync(
        string number, string measure, HttpContext http, TicketReading reading, TicketActions actions, Deductions deductions, Figures figures, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "appeal-" + number + measure);
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is null)
            return refusal!.ToResult();
        if (!WireWords.TryRead<Measure>(measure, out var which))
            return Problems.NotFoundHere.ToResult();
        if (form.Refusal is null && TextCheck.Of(form, "reason", "text") is { } wrong)
            form = form.Refused(wrong);
        if (form.Refusal is null)
        {
            var done = await actions.ActAsync(number, new AppealScore(which, form["reason"], form["text"]), seen.Actor, null, ct);
            if (done.Refusal is null)
                return PageAnswers.SeeOther("/unit/score?done=appeal");
            form = form.Refused(done.Refusal);
        }

        return await UnitScoreAsync(form, http, deductions, figures, ct);
    }

    private static async Task<IResult> PeriodsAsync(FormState form, HttpContext http, FrozenPeriods periods, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = "/supervision/periods";
        var (items, _) = await periods.ListAsync(null, 60, ct);
        return new PageResult<PeriodsPage>(page, Title(page, form, "sup.periods"), form.Status, ("Items", items), ("Form", form));
    }

    private static async Task<IResult> FreezeAsync(HttpContext http, FrozenPeriods periods, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "freeze");
        if (form.Refusal is null)
        {
            var (frozen, refusal) = await periods.FreezeAsync(form["month"], http.GetActor(), ct);
            if (frozen is not null)
                return PageAnswers.SeeOther("/supervision/periods/" + frozen.Id);
            form = form.Refused(refusal!.Code == Problems.NotFound ? Refusal.Of("badValue", "month", "请选择月份，如 2026-10。") : refusal);
        }

        return await PeriodsAsync(form, http, periods, ct);
    }

    private static async Task<IResult> PeriodAsync(string id, HttpContext http, FrozenPeriods periods, Figures figures, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        if (await periods.FindAsync(id, ct) is not { } frozen)
            return Problems.NotFoundHere.ToResult();
        var live = await figures.ScoresAsync(new(frozen.From, frozen.To), Dimension.Unit, null, ct, frozen.Rule);
        return new PageResult<PeriodPage>(page, page.Texts["sup.period", frozen.Id], StatusCodes.Status200OK, ("Frozen", frozen), ("Live", live));
    }

    private static async Task<IResult> RechecksAsync(FormState form, HttpContext http, Rechecks rechecks, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = "/supervision/rechecks";
        var (items, _) = await rechecks.ListAsync(null, PageSize, ct);
        return new PageResult<RechecksPage>(page, Title(page, form, "sup.rechecks"), form.Status, ("Items", items), ("Form", form), ("NewId", rechecks.NewId()));
    }

    /// <summary>The form carries the id of its draw: sent twice, it draws once.</summary>
    private static async Task<IResult> DrawAsync(HttpContext http, Rechecks rechecks, Units.CitySource cities, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "draw");
        if (form.Refusal is null)
        {
            var check = new Check();
            var wanted = new NewRecheck(Day("from"), Day("to"), int.TryParse(form["count"], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0, form.Filled("unitId"));
            if ((check.Refusal ?? RecheckEndpoints.Problem(wanted, await cities.GetAsync(ct))) is { } wrong)
                form = form.Refused(wrong);
            else
            {
                var id = Rechecks.IsId(form["id"]) ? form["id"] : rechecks.NewId();
                var drawn = await rechecks.FindAsync(id, ct) ?? await rechecks.DrawAsync(id, wanted, http.GetActor(), ct);
                return PageAnswers.SeeOther("/supervision/rechecks/" + drawn.Id);
            }

            DateOnly Day(string field)
            {
                if (DateOnly.TryParseExact(form[field], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                    return day;
                check.Add(field, "badTime", "应为日期，如 2026-11-23。");
                return default;
            }
        }

        return await RechecksAsync(form, http, rechecks, ct);
    }

    private static async Task<IResult> RecheckAsync(Recheck recheck, FormState form, HttpContext http)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = "/supervision/rechecks/" + recheck.Id;
        return new PageResult<RecheckPage>(page, Title(page, form, "sup.recheck"), form.Status, ("Recheck", recheck), ("Form", form));
    }

    private static async Task<IResult> RecordAsync(string id, string number, HttpContext http, Rechecks rechecks, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "record-" + number);
        if (await rechecks.FindAsync(id, ct) is not { } recheck)
            return Problems.NotFoundHere.ToResult();
        if (form.Refusal is null && TextCheck.Of(form, "note") is { } wrong)
            form = form.Refused(wrong);
        if (form.Refusal is null)
        {
            var reached = YesNo(form["reached"]) != false;
            var word = new RecheckWord(reached, reached ? YesNo(form["resolved"]) : null, reached ? YesNo(form["satisfied"]) : null, form.Filled("note"));
            var (after, refusal) = await rechecks.RecordAsync(id, number, word, http.GetActor(), ct);
            if (after is not null)
                return PageAnswers.SeeOther($"/supervision/rechecks/{id}#t-{number}");
            form = form.Refused(refusal!);
        }

        return await RecheckAsync(recheck, form, http);
    }

    private static bool? YesNo(string value) => value switch { "yes" => true, "no" => false, _ => null };

    private static int Version(FormState form) => int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1;

    private static string Title(PageContext page, FormState form, string key) => (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts[key];
}
