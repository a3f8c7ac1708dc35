using System.Reflection;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace HotlinePush.Routing;

/// <summary><c>/catalogue</c>: the dispatch catalogue 派单目录 as JSON by pages, or whole as CSV.</summary>
public static class CatalogueEndpoints
{
    internal const string Csv = "text/csv";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/catalogue", async (ListQuery list, HttpContext http, CitySource cities, CancellationToken ct) =>
        {
            var city = await cities.GetAsync(ct);
            var version = city.VersionOf(SetupNames.Catalogue);
            http.Response.Headers.Vary = HeaderNames.Accept;
            return WantsCsv(http.Request)
                ? new Reply(StatusCodes.Status200OK, CatalogueCsv.Write(city.Catalogue), Csv + "; charset=utf-8", Versions.ToETag(version))
                : SetupLists.Page(city.Catalogue, r => r.Id, list, version);
        }).AnyKey();

        api.MapPost("/catalogue/try", async (JsonBody<CatalogueTry> body, TicketRouting routing, CitySource cities, CancellationToken ct) =>
        {
            var (text, city) = (body.Value, await cities.GetAsync(ct));
            var check = new Check();
            if (string.IsNullOrWhiteSpace(text.Subject) && string.IsNullOrWhiteSpace(text.Description))
                check.Missing("subject").Missing("description");
            check.That(text.CategoryId is null || city.FindCategory(text.CategoryId) is not null, "categoryId", "badValue", "没有这个事项分类。")
                .That(text.AreaId is null || city.FindArea(text.AreaId) is not null, "areaId", "badValue", "没有这个区划。");
            return check.Refusal ?? (object)CatalogueTrial.Of(routing.Decide(new(TicketType.Complaint, text.Subject, text.Description, text.CategoryId, text.AreaId), city));
        }).RequireRole(Role.Desk, Role.Supervisor, Role.Admin);

        api.MapPut("/catalogue", (CatalogueBody body, HttpContext http, SetupStore setup, CitySource cities, CancellationToken ct) =>
            SetupLists.ReplaceListAsync(http, setup, cities, SetupNames.Catalogue, body.Rules, r => r.Id, async () =>
            {
                var units = await setup.ReadAsync<IReadOnlyList<Unit>>(SetupNames.Units, [], ct);
                var areas = await setup.ReadAsync<IReadOnlyList<Area>>(SetupNames.Areas, [], ct);
                var categories = await setup.ReadAsync<IReadOnlyList<Category>>(SetupNames.Categories, [], ct);
                return CatalogueChecks.Check(body.Rules, body.At, units.Value, areas.Value, categories.Value);
            })).RequireRole(Role.Admin).TakesUpload(SetupLists.MaxBytes);
    }

    /// <summary>Words to be tried; one of the two texts may be blank.</summary>
    public sealed record CatalogueTry(string Subject, string Description, string? CategoryId = null, string? AreaId = null);

    /// <summary>What routing would do with a ticket of these words.</summary>
    /// <param name="Rule">Id of the rule that fits, also where a person has to decide.</param>
    /// <param name="LeadUnitId">Null where a person has to decide; <paramref name="DeskReason"/> then says why.</param>
    public sealed record CatalogueTrial(
        string? Rule, string Why, string? LeadUnitId, IReadOnlyList<string> CoUnitIds, string? CategoryId, string? AreaId, Priority? Priority,
        Alarm? Alarm, string? DeskReason, IReadOnlyList<UnitSuggestion> Suggestions)
    {
        public static CatalogueTrial Of(RoutingDecision d) => new(
            d.Match?.Rule.Id, d.Why, d.LeadUnitId, d.CoUnitIds, d.CategoryId, d.AreaId, d.Priority,
            d.Alarm is { } hit ? new(hit.Phrase, hit.Service) : null, d.Desk?.Code, d.Suggestions);
    }

    private static bool WantsCsv(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
        && accepted.Any(a => a.Quality is not 0 && a.MediaType.Equals(Csv, StringComparison.OrdinalIgnoreCase));
}

/// <summary>The catalogue of a PUT, by its Content-Type JSON or CSV.</summary>
internal sealed class CatalogueBody : IBound, IEndpointParameterMetadataProvider
{
    private IReadOnlyList<int>? _rows;

    public IReadOnlyList<CatalogueRule> Rules { get; private init; } = [];

    public Refusal? Refusal { get; private init; }

    /// <summary>Where a rule stands in what was sent.</summary>
    public string At(int index) => _rows is null ? SetupChecks.Path(index) : CatalogueCsv.At(_rows[index]);

    public static async ValueTask<CatalogueBody> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || !type.MediaType.Equals(CatalogueEndpoints.Csv, StringComparison.OrdinalIgnoreCase))
        {
            var json = await CollectionBody<CatalogueRule>.ReadAsync(http);
            return json.Refusal is { } no ? new() { Refusal = no } : new() { Rules = json.Items };
        }

        if (http.Request.Headers.ContentEncoding.Count > 0
            || (type.Charset.HasValue && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
            return new() { Refusal = new("unsupportedMediaType", "请以 UTF-8 编码提交 CSV。") };
        var (rules, rows, refusal) = CatalogueCsv.Read(await RequestBytes.ReadAsync(http));
        return new() { Rules = rules, Refusal = refusal, _rows = rows };
    }

    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new JsonBodyMetadata(typeof(WholeCollection<CatalogueRule>)));
}
