using System.Text.Json.Nodes;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Inbound.Open311;

/// <summary>One field that a service asks for, as GeoReport v2 describes it.</summary>
/// <param name="Values">Of a <c>singlevaluelist</c>, else empty.</param>
public sealed record ServiceAttribute(string Code, string DataType, bool Required, string Hint, string Description, IReadOnlyList<(string Key, string Name)> Values);

/// <summary>A kind of request that other apps may file: a category at the end of its branch, or anything at all.</summary>
public sealed record Open311Service(string Code, string Name, string Path, string Group, IReadOnlyList<ServiceAttribute> Attributes);

/// <summary>The services of GeoReport v2 (wiki.open311.org/GeoReport_v2), made from the city's categories.</summary>
public static class Open311Services
{
    /// <summary>Whatever fits nowhere else; asks for nothing, and stands for tickets without a category.</summary>
    public const string General = "general";

    public const string Kind = "request_type";
    public const string Contact = "contact";
    public const string Place = "exact_place";
    public const string OccurredAt = "occurred_at";

    /// <summary>The first is what a request is where nobody says.</summary>
    public static readonly TicketType[] Kinds = [TicketType.Complaint, TicketType.Help, TicketType.Inquiry, TicketType.Suggestion, TicketType.Praise];

    private static readonly string[] KindNames = ["投诉 Complaint", "求助 Help", "咨询 Inquiry", "建议 Suggestion", "表扬 Praise"];

    public static string CodeOf(Ticket ticket) => ticket.CategoryId ?? General;

    public static IEnumerable<Open311Service> All(City city)
    {
        var parents = city.Categories.Select(c => c.ParentId).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return city.Categories.Where(c => !parents.Contains(c.Id) && c.Id != General).Select(c => Of(c, city)).Prepend(Everything);
    }

    /// <summary>A listed one, or any other category that a ticket may have. Null where there is none of that code.</summary>
    public static Open311Service? Find(string code, City city) =>
        code == General ? Everything : city.FindCategory(code) is { } category ? Of(category, city) : null;

    /// <summary>What a ticket's service is called; a category that is no more has its code alone.</summary>
    public static string NameOf(string code, City city) => code == General ? Everything.Name : city.FindCategory(code)?.Name ?? code;

    private static readonly Open311Service Everything = new(General, "其他诉求 Anything else", "其他诉求", "其他", []);

    private static Open311Service Of(Category category, City city)
    {
        var branch = new List<string> { category.Name };
        for (var at = city.FindCategory(category.ParentId); at is not null && branch.Count < 10; at = city.FindCategory(at.ParentId))
            branch.Insert(0, at.Name);
        var asks = category.Asks ?? [];
        var attributes = new List<ServiceAttribute>();
        if (asks.Contains(CategoryAsk.Contact))
            attributes.Add(new(Contact, "string", true, "手机号或邮箱 a phone number or an e-mail address", "承办单位须先与您联系，怎样找到您？How can the office reach you?", []));
        if (asks.Contains(CategoryAsk.Place))
            attributes.Add(new(Place, "string", true, "小区、楼栋、门牌 estate, building, number", "具体在哪里？Where exactly?", []));
        if (asks.Contains(CategoryAsk.OccurredAt))
            attributes.Add(new(OccurredAt, "datetime", true, "2026-11-23T09:00:00+08:00", "什么时候发生的？When did it happen?", []));
        attributes.Add(new(Kind, "singlevaluelist", false, "不选按投诉办理 a complaint where nothing is chosen", "诉求类型 What kind of request is it?", [.. Kinds.Zip(KindNames, (k, n) => (k.Word(), n))]));
        return new(category.Id, category.Name, string.Join(" / ", branch), branch[0], attributes);
    }

    public static JsonObject ToJson(Open311Service service) => new()
    {
        ["service_code"] = service.Code,
        ["service_name"] = service.Name,
        ["description"] = service.Path,
        ["metadata"] = service.Attributes.Count > 0,
        ["type"] = "realtime",
        ["keywords"] = string.Join(", ", service.Path.Split(" / ").Distinct()),
        ["group"] = service.Group,
    };

    public static JsonObject DefinitionOf(Open311Service service) => new()
    {
        ["service_code"] = service.Code,
        ["attributes"] = new JsonArray([.. service.Attributes.Select((a, i) => new JsonObject
        {
            ["variable"] = true,
            ["code"] = a.Code,
            ["datatype"] = a.DataType,
            ["required"] = a.Required,
            ["datatype_description"] = a.Hint,
            ["order"] = i + 1,
            ["description"] = a.Description,
            ["values"] = new JsonArray([.. a.Values.Select(v => new JsonObject { ["key"] = v.Key, ["name"] = v.Name })]),
        })]),
    };
}
