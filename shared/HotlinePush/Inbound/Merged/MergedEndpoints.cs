using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Inbound.Merged;

/// <summary><c>/merged-hotlines</c>: replaced as a whole by the admin, read by staff; and whose number a caller dialled.</summary>
public static class MergedEndpoints
{
    public const int MaxHotlines = 500;
    private const int MaxNumbers = 20;

    /// <param name="Hotline">Null where the number is none of a merged hotline.</param>
    private sealed record Called(string CalledNumber, MergedHotline? Hotline);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/merged-hotlines", async (ListQuery list, MergedHotlines hotlines, CancellationToken ct) =>
        {
            var now = await hotlines.GetAsync(ct);
            return SetupLists.Page(now.Hotlines, h => h.Id, list, now.Version);
        }).AnyKey().WithSummary("归并热线 (merged hotlines)");
        api.MapPut("/merged-hotlines", ReplaceAsync).RequireRole(Role.Admin).WithSummary("更新归并热线 (replace merged hotlines)");
        api.MapGet("/merged-hotlines/called", FindAsync).AnyKey().TakesQuery("number", "被叫号码 (the number that was dialled)", required: true).WithSummary("被叫号码属于哪条热线 (whose number was dialled)");
    }

    private static async Task<object> FindAsync(HttpContext http, MergedHotlines hotlines, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var number = query.RequiredText("number", 40);
        return query.Refusal is { } refusal ? refusal : TypedResults.Ok(new Called(CalledNumber.Normal(number), await hotlines.FindAsync(number, ct)));
    }

    private static async Task<object> ReplaceAsync(CollectionBody<MergedHotline> body, HttpContext http, SetupStore setup, CitySource cities, MergedHotlines hotlines, CancellationToken ct)
    {
        var answer = await SetupLists.ReplaceListAsync(http, setup, cities, MergedHotlines.Name, body.Items, h => h.Id, async () => Check(body.Items, await cities.GetAsync(ct)));
        hotlines.Forget();
        return answer;
    }

    public static Refusal? Check(IReadOnlyList<MergedHotline> hotlines, City city)
    {
        if (SetupChecks.TooMany(hotlines.Count, MaxHotlines) is { } tooMany)
            return tooMany;
        var check = new Check();
        var (ids, numbers) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        for (var i = 0; i < hotlines.Count; i++)
        {
            var (hotline, at) = (hotlines[i], SetupChecks.Path(i));
            check.Id(at + ".id", hotline.Id)
                .That(ids.Add(hotline.Id), at + ".id", "duplicate", "编号重复。")
                .Text(at + ".name", hotline.Name, required: true, max: SetupChecks.MaxName)
                .That(city.FindUnit(hotline.UnitId) is not null, at + ".unitId", "badValue", "没有这个承办单位。")
                .That(city.FindCategory(hotline.CategoryId) is not null, at + ".categoryId", "badValue", "没有这个事项分类。")
                .That(hotline.Numbers.Count is > 0 and <= MaxNumbers, at + ".numbers", "outOfRange", $"应有 1 到 {MaxNumbers} 个号码。");
            foreach (var number in hotline.Numbers.Take(MaxNumbers))
                check.That(number is not null && number.Length <= 30 && CalledNumber.Normal(number).Length is >= 3 and <= 20, at + ".numbers", "badValue", "号码应有 3 到 20 位数字。")
                    .That(numbers.Add(CalledNumber.Normal(number)), at + ".numbers", "duplicate", "号码重复。");
        }

        return check.Refusal;
    }
}
