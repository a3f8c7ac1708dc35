using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Units.Roster;

/// <summary><c>/roster</c>: the admin replaces it as a whole, any member of staff reads it; and who of a unit is on duty.</summary>
public static class RosterEndpoints
{
    public const int MaxShifts = 20_000;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapHotlineGroup("/api/v1").WithTags("roster");
        api.MapGet("/roster", ListAsync).AnyKey().WithSummary("值班表 (duty roster)");
        api.MapPut("/roster", ReplaceAsync).RequireRole(Role.Admin).TakesUpload(SetupLists.MaxBytes).WithSummary("更新值班表 (replace the roster)");
        api.MapGet("/units/{unitId}/duty", DutyAsync).AnyKey().TakesQuery("at", "时间，默认现在 (a moment, by default now)").WithSummary("谁在值班 (who is on duty)");
    }

    private static async Task<object> ListAsync(ListQuery list, HttpContext http, DutyRoster roster, CancellationToken ct)
    {
        var now = await roster.GetAsync(ct);
        return SetupLists.Page(now.Shifts, IdOf, list, now.Version, Whole(http.GetActor()) ? null : Masked);
    }

    private static async Task<object> ReplaceAsync(CollectionBody<Shift> body, HttpContext http, SetupStore setup, CitySource cities, DutyRoster roster, CancellationToken ct)
    {
        var shifts = body.Items.Select(Normal).ToList();
        var answer = await SetupLists.ReplaceListAsync(http, setup, cities, DutyRoster.Name, shifts, IdOf, async () => Check(shifts, await cities.GetAsync(ct)));
        roster.Forget();
        return answer;
    }

    /// <summary>From the roster; where it names nobody, the unit's own contacts of level 0.</summary>
    private static async Task<object> DutyAsync(string unitId, HttpContext http, DutyRoster roster, CitySource cities, ProductClock clock, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var at = query.Moment("at") ?? clock.GetUtcNow();
        if (query.Refusal is { } refusal)
            return refusal;
        var city = await cities.GetAsync(ct);
        if (city.FindUnit(unitId) is not { } unit)
            return Problems.NotFoundHere;
        var found = (await roster.GetAsync(ct)).At(unitId, at);
        IReadOnlyList<OnDuty> items = found.Count > 0
            ? [.. found.Select(s => new OnDuty(s.Name, s.Phone, s.Email, s.From, s.To))]
            : [.. (unit.Contacts ?? []).Where(c => c.Level == 0).Select(c => new OnDuty(c.Name, c.Phone, c.Email, null, null))];
        return TypedResults.Ok(new DutyView([.. items.Select(d => Whole(http.GetActor()) ? d : d with { Phone = Mask(d.Phone), Email = MaskEmail(d.Email) })], null, found.Count > 0));
    }

    public static Refusal? Check(IReadOnlyList<Shift> shifts, City city)
    {
        if (SetupChecks.TooMany(shifts.Count, MaxShifts) is { } tooMany)
            return tooMany;
        var check = new Check();
        for (var i = 0; i < shifts.Count; i++)
        {
            var (shift, at) = (shifts[i], SetupChecks.Path(i));
            check
                .That(city.FindUnit(shift.UnitId) is not null, at + ".unitId", "badValue", "没有这个承办单位。")
                .That(shift.To > shift.From && shift.To - shift.From <= Longest, at + ".to", "outOfRange", "结束时间应在开始之后，一班最长 31 天。")
                .Text(at + ".name", shift.Name, required: true, max: SetupChecks.MaxName)
                .That(shift.Phone is null || PhoneNumber.TryParse(shift.Phone, out _), at + ".phone", "badValue", "不是有效的电话号码。")
                .That(shift.Email is null || EmailAddress.TryParse(shift.Email, out _), at + ".email", "badValue", "不是有效的电子邮箱。")
                .That((shift.Phone ?? shift.Email) is not null, at + ".phone", "required", "请填写电话或邮箱。");
        }

        return check.Refusal;
    }

    private static string IdOf(Shift shift) => $"{shift.UnitId} {shift.From.UtcTicks} {shift.Name}";

    private static bool Whole(Actor actor) => actor.Role is Role.Desk or Role.Admin;

    private static Shift Normal(Shift shift) => shift with
    {
        Phone = PhoneNumber.TryParse(shift.Phone, out var phone) ? phone : shift.Phone,
        Email = EmailAddress.TryParse(shift.Email, out var email) ? email : shift.Email,
    };

    private static Shift Masked(Shift shift) => shift with { Phone = Mask(shift.Phone), Email = MaskEmail(shift.Email) };

    private static string? Mask(string? phone) => phone is null ? null : PhoneNumber.Mask(phone);

    private static string? MaskEmail(string? email) => email is null ? null : PhoneNumber.MaskEmail(email);

    private sealed record OnDuty(string Name, string? Phone, string? Email, DateTimeOffset? From, DateTimeOffset? To);

    /// <param name="Rostered">False where the roster names nobody and these are the unit's own contacts.</param>
    private sealed record DutyView(IReadOnlyList<OnDuty> Items, string? Next, bool Rostered);
}
