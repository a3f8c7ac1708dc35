using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Pages.Parts;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Setup;

/// <summary>The limits in force, and the rules that replace the defaults, one in a form.</summary>
internal static class PolicySetup
{
    private const string Root = "/setup/policies";

    public static readonly IReadOnlyList<string> Limits = ["sign", "response", "resolve", "unit", "callback"];

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, ShowAsync).RequireRole(Role.Admin);
        pages.MapPost(Root, SaveAsync).RequireRole(Role.Admin);
        pages.MapPost(Root + "/remove", RemoveAsync).RequireRole(Role.Admin);
    }

    public static IEnumerable<(string Name, TimeLimit Limit)> Of(TicketLimits l) =>
        [("sign", l.Sign), ("response", l.Response), ("resolve", l.Resolve), ("unit", l.Unit), ("callback", l.Callback)];

    public static IEnumerable<(string Name, TimeLimit? Limit)> Of(PolicyRule r) =>
        [("sign", r.Sign), ("response", r.Response), ("resolve", r.Resolve), ("unit", r.Unit), ("callback", r.Callback)];

    public static string Scope(PolicyRule rule, City city, Texts texts) => string.Join(texts["event.comma"],
    [
        rule.Type is { } type ? texts["type." + type] : texts["policies.anyType"],
        rule.Priority is { } priority ? texts["priority." + priority] : texts["policies.anyPriority"],
        .. rule.CategoryPrefix is { } prefix ? (string[])[CategoryChoices.NameOf(city, prefix) ?? prefix + "…"] : [],
    ]);

    private static async Task<IResult> ShowAsync(HttpContext http, CitySource cities)
    {
        var rules = (await cities.GetAsync(http.RequestAborted)).Policies.Rules;
        var chosen = int.TryParse(http.Request.Query["rule"], NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < rules.Count ? rules[i] : null;
        return await PageAsync(http, chosen is null ? FormState.Empty("policy") : FormOf(chosen));
    }

    private static async Task<IResult> SaveAsync(HttpContext http, SetupStore setup, CitySource cities)
    {
        var form = await FormState.ReadAsync(http, "policy");
        if (form.Refusal is not null)
            return await PageAsync(http, form);
        var check = new Check();
        var (type, priority) = (form.Word<TicketType>("type", check), form.Word<Priority>("priority", check));
        var limits = Limits.ToDictionary(l => l, l => Limit(form, l, check));
        var rule = new PolicyRule(
            type, priority, form.Filled("categoryPrefix"), limits["sign"], limits["response"], limits["resolve"], limits["unit"], limits["callback"], Number(form, "maxExtension", check));
        if (check.Refusal is { } wrong)
            return await PageAsync(http, form.Refused(wrong));
        var at = 0;
        var refusal = await ReplaceAsync(http, setup, cities, form, before =>
        {
            bool Same(PolicyRule r) => (r.Type, r.Priority, r.CategoryPrefix) == (rule.Type, rule.Priority, rule.CategoryPrefix);
            at = before.TakeWhile(r => !Same(r)).Count();
            return at == before.Count ? [.. before, rule] : [.. before.Select((r, i) => i == at ? rule : r)];
        });
        return refusal is null ? PageAnswers.SeeOther(Root + "?done=saved") : await PageAsync(http, form.Refused(Named(refusal, at)));
    }

    private static async Task<IResult> RemoveAsync(HttpContext http, SetupStore setup, CitySource cities)
    {
        var form = await FormState.ReadAsync(http, "policy");
        var index = int.TryParse(form["index"], NumberStyles.None, CultureInfo.InvariantCulture, out var i) ? i : -1;
        var refusal = form.Refusal ?? await ReplaceAsync(http, setup, cities, form, before => [.. before.Where((_, at) => at != index)]);
        return refusal is null ? PageAnswers.SeeOther(Root + "?done=removed") : await PageAsync(http, FormState.Empty("policy").Refused(refusal));
    }

    private static async Task<Refusal?> ReplaceAsync(HttpContext http, SetupStore setup, CitySource cities, FormState form, Func<IReadOnlyList<PolicyRule>, IReadOnlyList<PolicyRule>> change) =>
        (await SetupLists.ReplaceAsync(http, setup, cities, SetupNames.Policies, PolicySet.Default, read =>
        {
            // The defaults are version 1, so what has been set once is version 2.
            var next = new PolicySet(read.Version + 2, change(read.Value.Rules));
            return Task.FromResult(new Check().Add("", next.Validate()).Result() is { } wrong ? wrong : new SetupChange<PolicySet>(next, [], null));
        }, shownAhead: 1, seen: form.Version())).Refusal;

    private static TimeLimit? Limit(FormState form, string field, Check check)
    {
        if (Number(form, field, check) is not { } amount)
            return null;
        if (form.Word<LimitUnit>(field + ".unit", check) is { } unit)
            return new(amount, unit);
        check.Missing(field + ".unit");
        return null;
    }

    private static int? Number(FormState form, string field, Check check)
    {
        if (form.Filled(field) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        check.Add(field, "outOfRange", "请填写 1 到 1000 的整数。");
        return null;
    }

    private static Refusal Named(Refusal refusal, int at)
    {
        var here = string.Create(CultureInfo.InvariantCulture, $"rules[{at}].");
        return refusal.Errors is null ? refusal : refusal with
        {
            Errors = refusal.Errors.ToDictionary(e => e.Key.StartsWith(here, StringComparison.Ordinal) ? e.Key[here.Length..] : e.Key, e => e.Value, StringComparer.Ordinal),
        };
    }

    private static FormState FormOf(PolicyRule r)
    {
        List<(string, string?)> fields = [("type", r.Type?.Word()), ("priority", r.Priority?.Word()), ("categoryPrefix", r.CategoryPrefix), ("maxExtension", r.MaxExtension?.ToString(CultureInfo.InvariantCulture))];
        foreach (var (name, limit) in Of(r))
            fields.AddRange([(name, limit?.Amount.ToString(CultureInfo.InvariantCulture)), (name + ".unit", limit?.Unit.Word())]);
        return SetupFields.Filled("policy", [.. fields]);
    }

    private static async Task<IResult> PageAsync(HttpContext http, FormState form)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Root;
        return new PageResult<PoliciesPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["setup.policies"], form.Status, ("Form", form), ("Done", http.Done()));
    }
}
