using System.Globalization;
using System.Text.Json.Nodes;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Inbound.Open311;

/// <summary><c>/open311/v2</c>: GeoReport v2 for civic apps (wiki.open311.org/GeoReport_v2), with paging and <c>extensions</c> as cities have added them.</summary>
public static class Open311Endpoints
{
    public const string Root = "/open311";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapHotlineGroup(Root).WithTags("open311");
        // Spelt out: a pattern here would answer 405 for every other path that is none.
        foreach (var path in (string[])["/discovery.json", "/discovery.xml"])
            group.MapGet(path, DiscoverAsync).Public().WithSummary("服务发现 (service discovery)");
        var v2 = group.MapGroup("/v2");
        foreach (var path in (string[])["/services", "/services.{format}"])
            v2.MapGet(path, ServicesAsync).Public().WithSummary("服务列表 (services)");
        v2.MapGet("/services/{code}", DefinitionAsync).Public().WithSummary("服务的附加项 (attributes of a service)");
        foreach (var path in (string[])["/requests", "/requests.{format}"])
        {
            v2.MapGet(path, ListAsync).Public().TakesQuery("service_request_id", "逗号分隔 (comma delimited)").TakesQuery("service_code", "逗号分隔 (comma delimited)")
                .TakesQuery("status", "open, closed").TakesQuery("start_date", "W3C").TakesQuery("end_date", "W3C").TakesQuery("page", "从 1 起 (from 1)", "integer")
                .TakesQuery("page_size", "至多 1000 (at most 1000)", "integer").TakesQuery("extensions", "true", "boolean").WithSummary("已公开的诉求 (published requests)");
            v2.MapPost(path, FileAsync).Public().WithSummary("提交诉求 (file a request)");
        }

        v2.MapGet("/requests/{id}", GetAsync).Public().TakesQuery("extensions", "true", "boolean").WithSummary("一件诉求 (one request)");
        v2.MapGet("/tokens/{id}", TokenAsync).Public().WithSummary("由令牌取编号 (the id of a token)");
    }

    private static async Task<Reply> ServicesAsync(HttpContext http, CitySource cities, Open311Settings settings, CancellationToken ct) =>
        Asked(http, settings, out var xml) ?? Open311Format.Reply(200, Open311Format.Services, new JsonArray([.. Open311Services.All(await cities.GetAsync(ct)).Select(Open311Services.ToJson)]), xml);

    private static async Task<Reply> DefinitionAsync(string code, HttpContext http, CitySource cities, Open311Settings settings, CancellationToken ct)
    {
        if (Asked(http, settings, out var xml, ref code) is { } refused)
            return refused;
        return Open311Services.Find(code, await cities.GetAsync(ct)) is { } service
            ? Open311Format.Reply(200, "service_definition", Open311Services.DefinitionOf(service), xml)
            : Open311Format.Refuse(new Refusal("notFound", "service_code：没有这个服务。"), xml);
    }

    private static async Task<Reply> ListAsync(HttpContext http, CitySource cities, Open311Settings settings, PublishedTickets published, TicketStore tickets, ProductClock clock, CancellationToken ct)
    {
        if (Asked(http, settings, out var xml) is { } refused)
            return refused;
        var city = await cities.GetAsync(ct);
        var (query, refusal) = RequestQuery.Read(http.Request, city, clock.GetUtcNow());
        if (query is null)
            return Open311Format.Refuse(refusal!, xml);
        var found = query.Ids is { } ids
            ? (await tickets.ReadManyAsync(ids, ct)).Select(s => s.Ticket).Where(t => !t.Confidential)
            : await published.FindAsync(query.Filter!, query.Skip, query.Take, ct);
        return Open311Format.Reply(200, Open311Format.Requests, new JsonArray([.. found.Select(t => Open311Requests.Of(t, city, query.Extensions))]), xml);
    }

    private static async Task<Reply> GetAsync(string id, HttpContext http, CitySource cities, Open311Settings settings, TicketStore tickets, CancellationToken ct)
    {
        if (Asked(http, settings, out var xml, ref id) is { } refused)
            return refused;
        var query = new QueryFields(http.Request);
        var extensions = query.Flag("extensions") ?? false;
        if (query.Refusal is { } refusal)
            return Open311Format.Refuse(refusal, xml);
        // That there is a confidential ticket of a number is nobody's to know.
        if (!TicketNumber.IsValid(id) || await tickets.ReadAsync(id, ct) is not { Ticket: { Confidential: false } ticket } stored)
            return Open311Format.Refuse(new Refusal("notFound", "service_request_id：没有这件诉求。"), xml);
        var history = extensions && PublishedTickets.IsShown(ticket) ? await tickets.ReadHistoryAsync(stored, ct: ct) : null;
        return Open311Format.Reply(200, Open311Format.Requests, new JsonArray(Open311Requests.Of(ticket, await cities.GetAsync(ct), extensions, history)), xml);
    }

    /// <summary>Every request has its id at once, so a token is never given out; an id stands for itself.</summary>
    private static async Task<Reply> TokenAsync(string id, HttpContext http, Open311Settings settings, TicketStore tickets, CancellationToken ct)
    {
        if (Asked(http, settings, out var xml, ref id) is { } refused)
            return refused;
        return TicketNumber.IsValid(id) && await tickets.ReadAsync(id, ct) is { Ticket.Confidential: false }
            ? Open311Format.Reply(200, Open311Format.Requests, new JsonArray(new JsonObject { ["service_request_id"] = id, ["token"] = id }), xml)
            : Open311Format.Refuse(new Refusal("notFound", "token：没有这个令牌。"), xml);
    }

    private static async Task<IResult> FileAsync(
        HttpContext http, CitySource cities, Open311Settings settings, FindKeyHolder find, TicketFiling filing, KeyRing keys, CancellationToken ct)
    {
        if (Formatted(http, out var xml) is { } refused)
            return refused;
        var (form, unread) = await FormFields.ReadAsync(http);
        if (form is null)
            return Open311Format.Refuse(unread!, xml);
        var (actor, noKey) = await CallerAsync(http, form, settings, find, ct);
        if (noKey is not null || (noKey = Elsewhere(form.Text("jurisdiction_id"), settings)) is not null)
            return Open311Format.Refuse(noKey, xml);
        var (request, refusal) = Open311Form.Read(form, settings, await cities.GetAsync(ct));
        if (request is null)
            return Open311Format.Refuse(refusal!, xml);
        return await IdempotentCreate.RunAsync(
            http,
            filing.ReserveNumbers,
            async reserved => await filing.FileTicketAsync(request, reserved, actor, ct) switch
            {
                ({ } ticket, _) => Taken(ticket),
                (_, var no) => Open311Format.Refuse(no!, xml),
            },
            async reserved => await filing.RereadTicketAsync(request, reserved, ct) is { } ticket ? Taken(ticket) : null);

        Reply Taken(Ticket ticket) => Open311Format.Reply(StatusCodes.Status201Created, Open311Format.Requests, new JsonArray(new JsonObject
        {
            ["service_request_id"] = ticket.Number,
            ["service_notice"] = Notice(ticket, keys.Token(TicketTelling.TrackingPurpose, ticket.Number)),
            ["account_id"] = null,
        }), xml);
    }

    /// <summary>Whom to dial where lives are in danger, by when there is an answer, and the code by which whoever filed it follows it.</summary>
    private static string Notice(Ticket ticket, string code)
    {
        var dial = ticket.Alarm is { } alarm ? $"情况紧急请立即拨打 {alarm.Dial}！Dial {alarm.Dial} at once if anybody is in danger. " : "";
        var due = ticket.Latest(ClockKind.Resolve) is { } clock ? string.Create(CultureInfo.InvariantCulture, $"最迟 {WireTime.InCity(clock.DueAt):yyyy-MM-dd HH:mm} 答复 (answered by then). ") : "";
        return $"{dial}已受理。{due}查询码 (tracking code): {code}";
    }

    /// <summary>By <c>api_key</c> as published, or as everywhere by <c>Authorization</c>.</summary>
    private static async Task<(Actor Actor, Refusal? Refusal)> CallerAsync(HttpContext http, FormFields form, Open311Settings settings, FindKeyHolder find, CancellationToken ct)
    {
        var given = form.All("api_key").FirstOrDefault();
        if (given is not null)
            return given.Length <= 128 && await find(given, ct) is { Role: Role.Platform } platform ? (platform, null) : (Actor.Public, new("forbidden", "api_key 无效或已吊销。"));
        if (http.GetActor() is { Role: Role.Platform } actor)
            return (actor, null);
        return (Actor.Public, settings.KeyRequired ? new("forbidden", "请提供 api_key。") : null);
    }

    private static async Task<Reply> DiscoverAsync(HttpContext http, CitySource cities, Notices.SiteAddress site, Channels.Outbox.OutboxOptions outbox, CancellationToken ct)
    {
        if (Formatted(http, out var xml) is { } refused)
            return refused;
        var changed = (await cities.GetAsync(ct)).VersionOf(SetupNames.Categories).ToString("D10", CultureInfo.InvariantCulture);
        return Open311Format.Reply(200, "discovery", new JsonObject
        {
            ["changeset"] = changed,
            ["contact"] = "12345 政务服务便民热线 (the city's service hotline)",
            ["key_service"] = "向热线管理员申请对接平台密钥 (ask the hotline's administrator for a platform key)",
            ["endpoints"] = new JsonArray(new JsonObject
            {
                ["specification"] = "http://wiki.open311.org/GeoReport_v2",
                ["url"] = site.Url + Root + "/v2",
                ["changeset"] = changed,
                ["type"] = outbox.ShowBodies ? "test" : "production",
                ["formats"] = new JsonArray("text/xml", "application/json"),
            }),
        }, xml);
    }

    private static Reply? Asked(HttpContext http, Open311Settings settings, out bool xml)
    {
        var last = "";
        return Asked(http, settings, out xml, ref last);
    }

    /// <summary>What is asked for in which format; the answer where there is no such format or jurisdiction.</summary>
    /// <param name="last">The last part of the path; its format is taken off.</param>
    private static Reply? Asked(HttpContext http, Open311Settings settings, out bool xml, ref string last)
    {
        if (Formatted(http, out xml) is { } refused)
            return refused;
        last = last.Length == 0 ? last : Open311Format.Split(last, http.Request).Name;
        return Elsewhere(http.Request.Query["jurisdiction_id"].ToString(), settings) is { } elsewhere ? Open311Format.Refuse(elsewhere, xml) : null;
    }

    private static Reply? Formatted(HttpContext http, out bool xml)
    {
        var format = Open311Format.Split(http.Request.Path.Value ?? "", http.Request).Xml;
        xml = format ?? false;
        return format is null ? Open311Format.Refuse(new Refusal("notFound", "只有 .xml 与 .json 两种格式。"), false) : null;
    }

    private static Refusal? Elsewhere(string? jurisdiction, Open311Settings settings) =>
        string.IsNullOrEmpty(jurisdiction) || settings.JurisdictionId is null || settings.JurisdictionId == jurisdiction ? null : new("notFound", "jurisdiction_id：不是本地的编号。");
}
