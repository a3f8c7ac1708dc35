using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Setup;

/// <summary>The years' notices: as a grid of months, as text to edit or paste, and what a new one would move before it is put in force.</summary>
internal static class CalendarSetup
{
    private const string Root = "/setup/calendar";

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, async (HttpContext http) =>
        {
            var page = await PageContext.OfAsync(http);
            return new PageResult<CalendarPage>(page, page.Texts["setup.calendar"]);
        }).RequireRole(Role.Admin);
        pages.MapGet(Root + "/{year:int}", async (int year, HttpContext http, CitySource cities) =>
        {
            if (year is < CalendarYear.FirstYear or >= CalendarYear.LastYear)
                return Problems.NotFoundHere.ToResult();
            var notice = (await cities.GetAsync(http.RequestAborted)).Calendar.Years.GetValueOrDefault(year);
            return await PageAsync(http, year, SetupFields.Filled("calendar", ("notice", notice is null ? "" : NoticeText.Write(notice))));
        }).RequireRole(Role.Admin);
        pages.MapPost(Root + "/{year:int}/preview", PreviewAsync).RequireRole(Role.Admin);
        pages.MapPost(Root + "/{year:int}", SaveAsync).RequireRole(Role.Admin);
    }

    private static async Task<IResult> PreviewAsync(int year, HttpContext http, CalendarRecompute recompute, ProductClock clock)
    {
        var (form, notice) = await ReadAsync(http, year);
        if (notice is null)
            return await PageAsync(http, year, form);
        return await PageAsync(http, year, form, notice, await recompute.PreviewAsync(notice, clock.GetUtcNow(), CalendarEndpoints.PreviewShown, http.RequestAborted));
    }

    private static async Task<IResult> SaveAsync(int year, HttpContext http, SetupStore setup, CitySource cities, MessageCatalogue catalogue, TimeProvider engine)
    {
        var (form, notice) = await ReadAsync(http, year);
        if (notice is null)
            return await PageAsync(http, year, form);
        var (_, refusal) = await CalendarEndpoints.PublishAsync(http, setup, cities, notice, catalogue, engine, form.Version());
        return refusal is null ? PageAnswers.SeeOther($"{Root}/{year}?done=calendar") : await PageAsync(http, year, form.Refused(refusal));
    }

    private static async Task<(FormState Form, CalendarYear? Notice)> ReadAsync(HttpContext http, int year)
    {
        var form = await FormState.ReadAsync(http, "calendar");
        if (form.Refusal is not null)
            return (form, null);
        if (form.Filled("notice") is null)
            return (form.Refused(new Check().Missing("notice").Refusal!), null);
        var (days, wrong) = NoticeText.Read(year, form["notice"]);
        var notice = new CalendarYear(year, days);
        // Places in the list mean nothing to somebody who wrote lines.
        wrong ??= new Check().Add("", notice.Validate().Select(p => new FieldProblem("notice", p.Code, p.Message))).Result();
        return wrong is null ? (form, notice) : (form.Refused(wrong), null);
    }

    private static async Task<IResult> PageAsync(HttpContext http, int year, FormState form, CalendarYear? notice = null, CalendarPreview? preview = null)
    {
        if (year is < CalendarYear.FirstYear or >= CalendarYear.LastYear)
            return Problems.NotFoundHere.ToResult();
        var page = await PageContext.OfAsync(http);
        page.Here = $"{Root}/{year}";
        var calendar = page.City!.Calendar;
        return new PageResult<CalendarYearPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["calendar.of", year], form.Status,
            ("Year", year), ("Form", form), ("Version", page.City!.VersionOf(SetupNames.Calendar)), ("Shown", notice is null ? calendar : calendar.With(notice)), ("Preview", preview), ("Done", http.Done()));
    }
}
