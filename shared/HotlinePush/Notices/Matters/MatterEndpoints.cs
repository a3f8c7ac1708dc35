using System.Reflection;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace HotlinePush.Notices.Matters;

/// <summary>
/// <c>/matters</c>: the disclosure catalogue. Everybody reads it; an office's publishers write its own part. Content templates and the reviewer's
/// checklist beside it are kept by administrators.
/// </summary>
public static class MatterEndpoints
{
    internal const string Csv = "text/csv";

    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("").WithTags("matters");
        group.MapGet("/matters", ListAsync).Public().Produces<Page<Matter>>()
            .TakesQuery("field", "公开领域，如 relocation").TakesQuery("unitId", "责任单位").WithSummary("公开事项目录 (the disclosure catalogue)");
        group.MapGet("/matters/{id}", GetAsync).Public().Produces<Matter>().WithSummary("一个公开事项 (a matter)");
        group.MapGet("/matters/{id}/notices", NoticesAsync).Public().Produces<Page<MatterNotice>>().WithSummary("此事项已发出的通知 (notices sent on a matter)");
        group.MapPost("/matters", CreateAsync).RequireRole(Role.Publisher).Produces<Matter>(StatusCodes.Status201Created).WithSummary("新增公开事项 (add a matter)");
        group.MapPut("/matters", ReplaceAsync).RequireRole(Role.Publisher).TakesUpload(SetupLists.MaxBytes).Produces<Page<Matter>>().WithSummary("整体替换本单位的公开事项 (replace the office's matters)");
        group.MapPut("/matters/{id}", EditAsync).RequireRole(Role.Publisher).Produces<Matter>().WithSummary("修改公开事项 (change a matter)");

        group.MapGet("/starting-texts", async (ListQuery list, DisclosureSource source, CancellationToken ct) =>
            await source.GetAsync(ct) is var d ? SetupLists.Page(d.Texts, t => $"{t.Field} {t.Channel}", list, d.TextsVersion) : null).AnyKey().WithSummary("内容模板 (content templates)");
        group.MapPut("/starting-texts", (CollectionBody<StartingText> body, HttpContext http, SetupStore setup, CitySource cities, DisclosureSource source) =>
            KeepAsync(http, setup, cities, source, DisclosureSource.TextsDocument, body.Items, t => $"{t.Field} {t.Channel}", StartingTexts.Check)).RequireRole(Role.Admin).TakesUpload(SetupLists.MaxBytes)
            .WithSummary("替换内容模板 (replace the content templates)");
        group.MapGet("/review-checklist", async (ListQuery list, DisclosureSource source, CancellationToken ct) =>
            await source.GetAsync(ct) is var d ? SetupLists.Page(d.Checklist, p => p.Id, list, d.ChecklistVersion) : null).AnyKey().WithSummary("审查清单 (the reviewer's checklist)");
        group.MapPut("/review-checklist", (CollectionBody<ReviewPoint> body, HttpContext http, SetupStore setup, CitySource cities, DisclosureSource source) =>
            KeepAsync(http, setup, cities, source, DisclosureSource.ChecklistDocument, body.Items, p => p.Id, ReviewChecklist.Check)).RequireRole(Role.Admin)
            .WithSummary("替换审查清单 (replace the reviewer's checklist)");
    }

    private static async Task<object> KeepAsync<T>(
        HttpContext http, SetupStore setup, CitySource cities, DisclosureSource source, string document, IReadOnlyList<T> items, Func<T, string> id, Func<IReadOnlyList<T>, Refusal?> check)
    {
        var done = await SetupLists.ReplaceListAsync(http, setup, cities, document, items, id, () => Task.FromResult(check(items)));
        source.Forget();
        return done;
    }

    private static async Task<object> ListAsync(HttpContext http, ListQuery list, DisclosureSource source, CitySource cities, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var (field, unitId) = (query.Text("field"), query.Text("unitId"));
        query.Check.That(field is null || DisclosureFields.NameOf(field) is not null, "field", "unknownWord", "没有这个公开领域。");
        if (query.Refusal is { } refusal)
            return refusal;
        var matters = (await source.GetAsync(ct)).Matters;
        var version = unitId is null ? matters.Version : matters.Of(unitId).Version;
        IReadOnlyList<Matter> found = field is null && unitId is null
            ? matters.All
            : [.. (unitId is null ? matters.All : matters.Of(unitId).Items).Where(m => field is null || m.Field == field)];
        http.Response.Headers.Vary = HeaderNames.Accept;
        return WantsCsv(http.Request)
            ? new Reply(StatusCodes.Status200OK, MatterCsv.Write(found, await cities.GetAsync(ct)), Csv + "; charset=utf-8", Versions.ToETag(version))
            : SetupLists.Page(found, m => m.Id, list, version);
    }

    private static async Task<object> GetAsync(string id, HttpContext http, DisclosureSource source, CancellationToken ct)
    {
        var matters = (await source.GetAsync(ct)).Matters;
        if (matters.Find(id) is not { } matter)
            return Problems.NotFoundHere;
        http.Response.SetVersion(matters.Of(matter.UnitId!).Version);
        return TypedResults.Ok(matter);
    }

    private static async Task<object> NoticesAsync(string id, ListQuery list, DisclosureSource source, NoticeStore notices, CancellationToken ct)
    {
        if (!list.TryRead<Position>(out var after) || after is not null && !Storage.Keys.IsKey(after.Row))
            return Cursor.Bad;
        if ((await source.GetAsync(ct)).Matters.Find(id) is null)
            return Problems.NotFoundHere;
        var (items, last) = await notices.ReadOfMatterAsync(id, after?.Row, list.Limit, ct);
        return TypedResults.Ok(new Page<MatterNotice>([.. items.Select(MatterNotice.Of)], last is null ? null : Cursor.Write(new Position(last))));
    }

    private sealed record Position(string Row);

    private static Task<IResult> CreateAsync(JsonBody<NewMatter> body, HttpContext http, MatterStore store, DisclosureSource source) => IdempotentCreate.RunAsync(
        http,
        () => body.Value.Id ?? MatterStore.NewId(),
        async id =>
        {
            if (http.GetActor().UnitId is not { } unit)
                return Reply.Refused(new("forbidden", "此密钥不属于任何单位。"));
            var matter = body.Value.ToMatter(id);
            var (after, refusal) = await store.ChangeAsync(http, unit, null, before => ([.. before.Items, matter], null), (m, i) => m.Id == id ? "" : SetupChecks.Path(i));
            return refusal is null ? Created(after!.Items[^1], after.Version) : Reply.Refused(refusal);
        },
        async id => (await source.GetAsync(http.RequestAborted)).Matters is var all && all.Find(id) is { } mine && mine.UnitId == http.GetActor().UnitId ? Created(mine, all.Of(mine.UnitId!).Version) : null);

    private static Reply Created(Matter matter, int version) => Reply.Created(matter, "/api/v1/matters/" + matter.Id, version);

    private static async Task<object> ReplaceAsync(MattersBody body, HttpContext http, MatterStore store)
    {
        if (http.GetActor().UnitId is not { } unit)
            return new Refusal("forbidden", "此密钥不属于任何单位。");
        var (after, refusal) = await store.ChangeAsync(http, unit, v => http.Request.IfMatch().Matches(v), _ => (body.Matters, null), (_, i) => body.At(i));
        if (refusal is not null)
            return refusal;
        return Reply.Json(StatusCodes.Status200OK, new Page<Matter>(after!.Items, null), after.Version);
    }

    private static async Task<object> EditAsync(string id, JsonBody<NewMatter> body, HttpContext http, MatterStore store)
    {
        if (http.GetActor().UnitId is not { } unit)
            return new Refusal("forbidden", "此密钥不属于任何单位。");
        if (body.Value.Id is { } other && other != id)
            return Refusal.Of("badValue", "id", "编号不能修改。");
        var matter = body.Value.ToMatter(id);
        var (after, refusal) = await store.ChangeAsync(
            http, unit, v => http.Request.IfMatch().Matches(v),
            before => before.Items.Any(m => m.Id == id) ? ([.. before.Items.Select(m => m.Id == id ? matter : m)], null) : (null, Problems.NotFoundHere), (m, i) => m.Id == id ? "" : SetupChecks.Path(i));
        if (refusal is not null)
            return refusal;
        http.Response.SetVersion(after!.Version);
        return TypedResults.Ok(after.Items.First(m => m.Id == id));
    }

    internal static bool WantsCsv(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
        && accepted.Any(a => a.Quality is not 0 && a.MediaType.Equals(Csv, StringComparison.OrdinalIgnoreCase));

    /// <param name="Id">Made where none is given.</param>
    public sealed record NewMatter(
        string Field, string Name, string Content, string LegalBasis, string TimeLimit, DisclosureMethod Method = DisclosureMethod.Active,
        IReadOnlyList<string>? Elements = null, string? Channel = null, string? Audience = null, string? Id = null, string? UnitId = null)
    {
        public Matter ToMatter(string id) => new(id, Field, Name, Content, LegalBasis, TimeLimit, Method, Elements, Channel, Audience, UnitId);
    }
}

/// <summary>A notice that went out on a matter, as everybody may know it.</summary>
public sealed record MatterNotice(string Id, string Title, string UnitId, DateTimeOffset StartedAt, string? Corrects, string? CorrectedBy, string Page)
{
    public static MatterNotice Of(Notice n) => new(n.Id, n.Title, n.UnitId, n.StartedAt!.Value, n.Corrects, n.CorrectedBy, "/notices/" + n.Id);
}

/// <summary>The matters of a PUT, by its Content-Type JSON or CSV.</summary>
internal sealed class MattersBody : IBound, IEndpointParameterMetadataProvider
{
    private IReadOnlyList<int>? _rows;

    public IReadOnlyList<Matter> Matters { get; private init; } = [];

    public Refusal? Refusal { get; private init; }

    /// <summary>Where a matter stands in what was sent.</summary>
    public string At(int index) => _rows is null ? SetupChecks.Path(index) : MatterCsv.At(_rows[index]);

    public static async ValueTask<MattersBody> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || !type.MediaType.Equals(MatterEndpoints.Csv, StringComparison.OrdinalIgnoreCase))
        {
            var json = await CollectionBody<Matter>.ReadAsync(http);
            return json.Refusal is { } no ? new() { Refusal = no } : new() { Matters = json.Items };
        }

        if (http.Request.Headers.ContentEncoding.Count > 0)
            return new() { Refusal = new("unsupportedMediaType", "请提交未压缩的 CSV。") };
        var (matters, rows, refusal) = await MatterCsv.ReadAsync((await RequestBytes.ReadAsync(http)).ToArray(), http.RequestAborted);
        return new() { Matters = matters, Refusal = refusal, _rows = rows };
    }

    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new JsonBodyMetadata(typeof(WholeCollection<Matter>)));
}
