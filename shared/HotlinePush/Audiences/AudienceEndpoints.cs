using System.Collections.Immutable;
using HotlinePush.Audiences.Import;
using HotlinePush.Clocks;
using HotlinePush.Jobs;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets.Import;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Audiences;

/// <param name="RetainUntil">After this day the recipients are deleted.</param>
public sealed record NewAudience(string Name, string Field, DateOnly? RetainUntil = null);

/// <param name="Recipients">Of the list in force; 0 before the first.</param>
/// <param name="Mapping">Our columns to the headers of the last file.</param>
public sealed record AudienceAnswer(
    string Id, string Name, string Field, string UnitId, DateTimeOffset CreatedAt, int Recipients, AudienceList? List, IReadOnlyDictionary<string, string> Mapping,
    SavedQuery? Query, DateOnly? RetainUntil, IReadOnlyList<int> FrozenVersions)
{
    public static AudienceAnswer Of(Audience a) => new(
        a.Id, a.Name, a.Field, a.UnitId, a.CreatedAt, a.List?.Recipients ?? 0, a.List, a.Mapping, a.Query, a.RetainUntil, [.. a.Frozen.Select(f => f.List.Version).Distinct().Order()]);
}

/// <summary>A recipient as the owning unit looks through its list: contacts masked.</summary>
public sealed record RecipientAnswer(string Id, string? Name, string Phone, string Email, bool OpenId, string? Address, string? AreaId, string? Household, bool SharedPhone, IReadOnlyDictionary<string, string> Fields)
{
    public static RecipientAnswer Of(Recipient r) => new(
        r.Id, r.Name, PhoneNumber.Mask(r.Phone), PhoneNumber.MaskEmail(r.Email), r.OpenId is not null, r.Address, r.AreaId, r.Household, r.SharedPhone, r.Fields);
}

/// <summary>Audiences: what they are, their lists, and how they are imported. Only the owning unit's publishers and reviewers see them.</summary>
public static class AudienceEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/audiences", CreateAsync).RequireRole(Role.Publisher).Produces<AudienceAnswer>(StatusCodes.Status201Created).WithSummary("新建人群 (create an audience)");
        api.MapGet("/audiences", ListAsync).RequireRole(Role.Publisher, Role.Reviewer).Produces<Page<AudienceAnswer>>().WithSummary("本单位的人群 (the unit's audiences)");
        api.MapGet("/audiences/{id}", GetAsync).RequireRole(Role.Publisher, Role.Reviewer).Produces<AudienceAnswer>().WithSummary("人群 (an audience)");
        api.MapGet("/audiences/{id}/recipients", RecipientsAsync).RequireRole(Role.Publisher, Role.Reviewer).Produces<Page<RecipientAnswer>>()
            .WithSummary("名单 (recipients, contacts masked)");
        api.MapPost("/audiences/{id}/recipients", ImportAsync).RequireRole(Role.Publisher).TakesUpload(RecipientImport.MaxBytes)
            .Accepts<IFormFile>("text/csv", [.. CsvUpload.Spreadsheets, "multipart/form-data"]).Produces<JobStarted>(StatusCodes.Status202Accepted)
            .TakesQuery("onError", "skip（默认）或 abort").TakesQuery("mode", "add（默认）或 replace").TakesQuery("sheet", "工作表名称或序号").TakesQuery("header", "标题行号", "integer")
            .TakesQuery("map", "列的对应，如 phone:联系电话;name:户主").TakesQuery("recipientId", "hash:列名，由身份证号生成编号").TakesQuery("fillMerged", "合并单元格取同一值", "boolean")
            .WithSummary("导入对象 (import recipients from CSV or XLSX)");
        api.MapDelete("/audiences/{id}/recipients/{recipientId}", EraseAsync).RequireRole(Role.Publisher).Produces<ErasureProof>().WithSummary("删除一个对象 (erase a recipient)");
        api.MapPost("/audiences/{id}/query", QueryAsync).RequireRole(Role.Publisher).Produces<JobStarted>(StatusCodes.Status202Accepted)
            .WithSummary("由另一人群按条件生成名单 (make the list by a saved query)");
        api.MapPost("/audiences/{id}/retention", RetainAsync).RequireRole(Role.Publisher).Produces<AudienceAnswer>().WithSummary("保存期限 (until when recipients are kept)");
        StagedEndpoints.Map(api);
    }

    /// <summary>The audience where the caller may see it.</summary>
    internal static async Task<Audience?> FindAsync(string id, HttpContext http, AudienceStore audiences) =>
        await audiences.ReadAsync(id, http.RequestAborted) is { Audience: var audience } && audience.MayBeSeenBy(http.GetActor()) ? audience : null;

    private static Task<IResult> CreateAsync(JsonBody<NewAudience> body, HttpContext http, AudienceStore audiences, ProductClock clock) => IdempotentCreate.RunAsync(
        http,
        AudienceStore.NewId,
        async id =>
        {
            var (asked, actor, now) = (body.Value, http.GetActor(), clock.GetUtcNow());
            if (actor.UnitId is not { } unit)
                return Reply.Refused(new("forbidden", "此密钥不属于任何单位。"));
            if (AudienceRules.CheckNew(asked.Name, asked.Field, asked.RetainUntil, CityZone.DateOf(now)) is { } refusal)
                return Reply.Refused(refusal);
            var audience = new Audience { Id = id, Name = asked.Name.Trim(), Field = asked.Field, UnitId = unit, CreatedBy = actor, CreatedAt = now, RetainUntil = asked.RetainUntil };
            await audiences.CreateAsync(audience, http.RequestAborted);
            return Created(audience);
        },
        async id => await audiences.ReadAsync(id, http.RequestAborted) is { Audience: var audience } ? Created(audience) : null);

    private static Reply Created(Audience audience) => Reply.Created(AudienceAnswer.Of(audience), $"/api/v1/audiences/{audience.Id}", audience.Seq);

    private static async Task<IResult> ListAsync(ListQuery list, HttpContext http, AudienceStore audiences)
    {
        if (!list.TryRead<Position>(out var after) || (after is not null && !Keys.IsKey(after.Row)))
            return Cursor.Bad.ToResult();
        if (http.GetActor().UnitId is not { } unit)
            return TypedResults.Ok(new Page<AudienceAnswer>([], null));
        var (items, last) = await audiences.ReadOfUnitAsync(unit, after?.Row, list.Limit, http.RequestAborted);
        return TypedResults.Ok(new Page<AudienceAnswer>([.. items.Select(AudienceAnswer.Of)], last is null ? null : Cursor.Write(new Position(last))));
    }

    internal sealed record Position(string Row);

    private static async Task<IResult> GetAsync(string id, HttpContext http, AudienceStore audiences)
    {
        if (await FindAsync(id, http, audiences) is not { } audience)
            return Problems.NotFoundHere.ToResult();
        http.Response.SetVersion(audience.Seq);
        return TypedResults.Ok(AudienceAnswer.Of(audience));
    }

    /// <param name="Version">Of the list the first page was read from.</param>
    /// <param name="Place">Ordinal to go on with.</param>
    internal sealed record ListPosition(int Version, int Place);

    private static async Task<IResult> RecipientsAsync(string id, ListQuery list, HttpContext http, AudienceStore audiences)
    {
        if (!list.TryRead<ListPosition>(out var after) || after is { Place: < 0 or > SourceTable.MaxRows })
            return Cursor.Bad.ToResult();
        if (await FindAsync(id, http, audiences) is not { } audience)
            return Problems.NotFoundHere.ToResult();
        if (audience.List is not { } current || (after is null ? current : audience.FindList(after.Version)) is not { } shown)
            return TypedResults.Ok(new Page<RecipientAnswer>([], null));
        var (at, items) = (after?.Place ?? 0, new List<RecipientAnswer>());
        while (items.Count < list.Limit && at < shown.Recipients)
        {
            if (await audiences.ReadPageAsync(id, shown.Version, at / Place.PageSize, http.RequestAborted) is not { } page)
                break;
            for (var row = at % Place.PageSize; row < page.Recipients.Count && items.Count < list.Limit; row++, at++)
                if (page.Recipients[row] is { } recipient)
                    items.Add(RecipientAnswer.Of(recipient));
        }

        return TypedResults.Ok(new Page<RecipientAnswer>(items, at < shown.Recipients && items.Count == list.Limit ? Cursor.Write(new ListPosition(shown.Version, at)) : null));
    }

    private static async Task<IResult> ImportAsync(string id, HttpContext http, AudienceStore audiences, RecipientImport import, JobStore jobs, IFileStore files)
    {
        var ct = http.RequestAborted;
        if (await FindAsync(id, http, audiences) is null)
            return Problems.NotFoundHere.ToResult();
        var (options, wrong) = ImportQuery.Read(http.Request);
        if (options is null)
            return wrong!.ToResult();
        var (file, refusal) = await CsvUpload.ReceiveAsync(http, files, RecipientImport.NewFileId(), CsvUpload.Spreadsheets);
        if (file is null)
            return refusal!.ToResult();

        var unused = true;
        var answer = await IdempotentCreate.RunAsync(
            http,
            JobStore.NewId,
            async jobId =>
            {
                // Asked for and unanswered may still be started: only a clear "no" frees the file.
                unused = false;
                unused = !await import.StartFileAsync(jobId, id, file.FileId, options, http.GetActor(), ct);
                return Started(jobId);
            },
            async jobId => await jobs.ReadAsync(jobId, ct) is null ? null : Started(jobId),
            file.BodyHash);
        if (unused)
            await files.DeleteAsync(file.FileId, ct);
        return answer;
    }

    internal static Reply Started(string jobId) => Reply.Accepted(new JobStarted(jobId), $"/api/v1/jobs/{jobId}");

    private static async Task<IResult> EraseAsync(string id, string recipientId, HttpContext http, AudienceStore audiences, Erasure erasure)
    {
        if (await FindAsync(id, http, audiences) is null || await erasure.EraseAsync(id, recipientId, http.GetActor(), http.RequestAborted) is not { } proof)
            return Problems.NotFoundHere.ToResult();
        return TypedResults.Ok(proof);
    }

    /// <param name="From">The other audience.</param>
    /// <param name="Where">All of them must hold.</param>
    public sealed record NewQuery(string From, IReadOnlyList<QueryCondition> Where);

    private static async Task<IResult> QueryAsync(string id, JsonBody<NewQuery> body, HttpContext http, AudienceStore audiences, RecipientImport import, JobStore jobs)
    {
        var asked = body.Value;
        if (await FindAsync(id, http, audiences) is not { } target)
            return Problems.NotFoundHere.ToResult();
        if (QueryRules.CheckQuery(asked.Where) is { } wrong)
            return wrong.ToResult();
        if (asked.From == id || await FindAsync(asked.From, http, audiences) is not { } source)
            return Refusal.Of("badValue", "from", "没有这个人群。").ToResult();
        var query = new SavedQuery(source.Id, [.. asked.Where], source.List?.Version ?? 0);
        return await IdempotentCreate.RunAsync(
            http,
            JobStore.NewId,
            async jobId =>
            {
                await import.StartQueryAsync(jobId, target.Id, query, http.GetActor(), http.RequestAborted);
                return Started(jobId);
            },
            async jobId => await jobs.ReadAsync(jobId, http.RequestAborted) is null ? null : Started(jobId));
    }

    public sealed record Retention(DateOnly? RetainUntil = null);

    private static async Task<IResult> RetainAsync(string id, JsonBody<Retention> body, HttpContext http, AudienceStore audiences, ProductClock clock)
    {
        if (await FindAsync(id, http, audiences) is null)
            return Problems.NotFoundHere.ToResult();
        if (body.Value.RetainUntil < CityZone.DateOf(clock.GetUtcNow()))
            return Refusal.Of("outOfRange", "retainUntil", "保存期限不能早于今天。").ToResult();
        var audience = await audiences.ChangeAsync(id, a => a with { RetainUntil = body.Value.RetainUntil }, http.RequestAborted);
        return audience is null ? Problems.NotFoundHere.ToResult() : TypedResults.Ok(AudienceAnswer.Of(audience));
    }
}
