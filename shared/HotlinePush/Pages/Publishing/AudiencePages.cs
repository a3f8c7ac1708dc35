using System.Collections.Immutable;
using System.Globalization;
using HotlinePush.Audiences;
using HotlinePush.Audiences.Import;
using HotlinePush.Clocks;
using HotlinePush.Jobs;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets.Attachments;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Publishing;

/// <summary>An office's audiences: what lists there are, how one is brought in and put right, and how people leave it.</summary>
internal static class AudiencePages
{
    internal const string Root = "/publishing/audiences";
    internal const int Conditions = 4;
    private const int PageSize = 50;
    private const int StagedSize = 20;
    private const int ErrorsShown = 50;
    private const int MostAudiences = 200;

    // Where the platform looks for the token before it would read the whole form for it.
    private const string TokenHeader = "RequestVerificationToken";

    private static readonly Role[] Readers = [Role.Publisher, Role.Reviewer];
    private static readonly Role[] Writers = [Role.Publisher];

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, (HttpContext http, AudienceStore audiences) => ListAsync(http, FormState.Empty("audience"), audiences)).RequireRole(Readers);
        pages.MapPost(Root, CreateAsync).RequireRole(Writers);
        pages.MapGet(Root + "/{id}", (string id, HttpContext http, AudienceStore audiences) => ShowAsync(id, http, FormState.Empty(""), audiences)).RequireRole(Readers);
        pages.MapPost(Root + "/{id}/upload", UploadAsync).RequireRole(Writers).TakesUpload(RecipientImport.MaxBytes);
        pages.MapPost(Root + "/{id}/query", QueryAsync).RequireRole(Writers);
        pages.MapPost(Root + "/{id}/retention", RetainAsync).RequireRole(Writers);
        pages.MapPost(Root + "/{id}/erase", EraseAsync).RequireRole(Writers);
        pages.MapGet(Root + "/{id}/jobs/{jobId}/pulse", PulseAsync).RequireRole(Readers);
        pages.MapGet(Root + "/{id}/staged", StagedAsync).RequireRole(Writers);
        pages.MapPost(Root + "/{id}/staged/{row}", RepairAsync).RequireRole(Writers);
        pages.MapPost(Root + "/{id}/staged/accept", AcceptAsync).RequireRole(Writers);
    }

    internal static string Address(string id) => $"{Root}/{id}";

    /// <summary>The unit's audiences, newest first.</summary>
    internal static async Task<IReadOnlyList<Audience>> OfUnitAsync(Actor actor, AudienceStore audiences, CancellationToken ct) =>
        actor.UnitId is { } unit ? (await audiences.ReadOfUnitAsync(unit, null, MostAudiences, ct)).Items : [];

    private static async Task<IResult> ListAsync(HttpContext http, FormState form, AudienceStore audiences)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Root;
        page.Script = false;
        return new PageResult<AudiencesPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["aud.heading"], form.Status,
            ("Audiences", await OfUnitAsync(page.Actor, audiences, http.RequestAborted)), ("Form", form));
    }

    private static async Task<IResult> CreateAsync(HttpContext http, AudienceStore audiences, ProductClock clock)
    {
        var form = await FormState.ReadAsync(http, "audience");
        var (actor, now) = (http.GetActor(), clock.GetUtcNow());
        var check = new Check();
        var retain = Date(form, "retainUntil", check);
        check.That(form.Filled("field") is null || Notices.DisclosureFields.NameOf(form["field"]) is not null, "field", "unknownWord", "没有这个公开领域。");
        var wrong = form.Refusal ?? check.Refusal ?? AudienceRules.CheckNew(form["name"], form["field"], retain, CityZone.DateOf(now));
        if (wrong is null && actor.UnitId is null)
            wrong = new("forbidden", "您的账号不属于任何单位。");
        if (wrong is not null)
            return await ListAsync(http, form.Refused(wrong), audiences);
        var audience = new Audience { Id = AudienceStore.NewId(), Name = form["name"], Field = form["field"], UnitId = actor.UnitId!, CreatedBy = actor, CreatedAt = now, RetainUntil = retain };
        await audiences.CreateAsync(audience, http.RequestAborted);
        return PageAnswers.SeeOther(Address(audience.Id) + "?done=created");
    }

    private static async Task<IResult> ShowAsync(string id, HttpContext http, FormState form, AudienceStore audiences, ErasureProof? proof = null)
    {
        var ct = http.RequestAborted;
        if (await AudienceEndpoints.FindAsync(id, http, audiences) is not { } audience)
            return Problems.NotFoundHere.ToResult();
        var page = await PageContext.OfAsync(http);
        var query = new QueryFields(http.Request);
        var skip = (int)(query.Number("skip", 0, SourceTable.MaxRows) ?? 0);
        var jobId = query.Text("job", 64);
        if (query.Refusal is { } bad)
            return bad.ToResult();
        if (HttpMethods.IsPost(http.Request.Method))
            page.Here = Address(id);
        var (rows, next) = await RowsAsync(audience, skip, audiences, ct);
        var (staged, _) = page.Actor.Role == Role.Publisher ? await http.RequestServices.GetRequiredService<StagedRows>().ReadAsync(id, null, PageSize + 1, ct) : ([], null);
        var done = http.Request.Query["done"].ToString();
        return new PageResult<AudiencePage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + audience.Name, form.Status,
            ("Audience", audience), ("Form", form), ("Job", jobId is null ? null : await JobAsync(id, jobId, http, ct)), ("Rows", rows), ("Next", next), ("Skip", skip),
            ("Staged", staged.Count), ("Others", (await OfUnitAsync(page.Actor, audiences, ct)).Where(a => a.Id != id && a.List is not null).ToArray()), ("Proof", proof),
            ("Done", page.Texts.Find("aud.done." + done) is null ? null : done));
    }

    private static async Task<(IReadOnlyList<RecipientAnswer> Rows, int? Next)> RowsAsync(Audience audience, int skip, AudienceStore audiences, CancellationToken ct)
    {
        var rows = new List<RecipientAnswer>();
        if (audience.List is not { } list)
            return (rows, null);
        var at = skip;
        while (rows.Count < PageSize && at < list.Recipients)
        {
            if (await audiences.ReadPageAsync(audience.Id, list.Version, at / Place.PageSize, ct) is not { } page)
                break;
            for (var row = at % Place.PageSize; row < page.Recipients.Count && rows.Count < PageSize; row++, at++)
                if (page.Recipients[row] is { } recipient)
                    rows.Add(RecipientAnswer.Of(recipient));
        }

        return (rows, at < list.Recipients && rows.Count == PageSize ? at : null);
    }

    /// <summary>A job of this audience, if the reader may look at it.</summary>
    private static async Task<ImportShown?> JobAsync(string audienceId, string jobId, HttpContext http, CancellationToken ct)
    {
        var jobs = http.RequestServices.GetRequiredService<JobStore>();
        if (await jobs.ReadAsync(jobId, ct) is not { Job: var job } || !job.MayBeSeenBy(http.GetActor()) || !job.Kind.EndsWith("Recipients", StringComparison.Ordinal) || ImportWork.Of(job).AudienceId != audienceId)
            return null;
        return new(job, job.ErrorsKept == 0 ? [] : [.. (await jobs.ReadErrorsAsync(jobId, ct)).Take(ErrorsShown)]);
    }

    private static async Task<IResult> PulseAsync(string id, string jobId, HttpContext http, AudienceStore audiences)
    {
        if (await AudienceEndpoints.FindAsync(id, http, audiences) is null || await JobAsync(id, jobId, http, http.RequestAborted) is not { } shown)
            return Problems.NotFoundHere.ToResult();
        return new FragmentResult<ImportProgress>(await PageContext.OfAsync(http), ("AudienceId", id), ("Shown", shown));
    }

    private static async Task<IResult> UploadAsync(string id, HttpContext http, AudienceStore audiences, RecipientImport import, IFileStore files)
    {
        var ct = http.RequestAborted;
        if (await AudienceEndpoints.FindAsync(id, http, audiences) is null)
            return Problems.NotFoundHere.ToResult();
        if (UploadForm.Of(http) is not { } upload)
            return await ShowAsync(id, http, await FormState.ReadAsync(http, "upload") is { Refusal: null } plain ? plain.Refused(NoFile) : FormState.Empty("upload").Refused(FormState.Of("upload", new Dictionary<string, string>(), false).Refusal!), audiences);
        var part = await upload.NextFileAsync(ct);
        http.Request.Headers[TokenHeader] = upload.Fields.GetValueOrDefault("token", "");
        var form = FormState.Of("upload", upload.Fields, await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http));
        var (options, wrong) = form.Refusal is { } stale ? (null, stale) : Options(form);
        if (options is null || part is null)
        {
            // A browser that is still sending does not see the answer.
            await upload.HashAsync(ct);
            return await ShowAsync(id, http, form.Refused(wrong ?? NoFile), audiences);
        }

        var fileId = RecipientImport.NewFileId();
        try
        {
            if (await files.PutAsync(fileId, part.Content, ct) == 0)
            {
                await files.DeleteAsync(fileId, ct);
                return await ShowAsync(id, http, form.Refused(Refusal.Of("required", "file", "文件是空的。")), audiences);
            }

            await upload.HashAsync(ct);
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            return await ShowAsync(id, http, form.Refused(Refusal.Of("badForm", "file", "文件没有传完，请再试一次。")), audiences);
        }

        var jobId = JobStore.NewId();
        await import.StartFileAsync(jobId, id, fileId, options, http.GetActor(), ct);
        return PageAnswers.SeeOther($"{Address(id)}?job={jobId}");
    }

    private static readonly Refusal NoFile = Refusal.Of("required", "file", "请选择要导入的 CSV 或 XLSX 文件。");

    private static (ImportOptions? Options, Refusal? Refusal) Options(FormState form)
    {
        var check = new Check().OneOf("mode", form.Filled("mode"), "add", "replace").OneOf("onError", form.Filled("onError"), "skip", "abort").Text("sheet", form["sheet"], max: 31).Text("hash", form["hash"], max: RecipientColumns.MaxNameLength);
        var header = Number(form, "header", 1, 1_000, check);
        var map = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var target in RecipientColumns.Targets)
        {
            check.Text("map." + target, form["map." + target], max: RecipientColumns.MaxNameLength);
            if (form.Filled("map." + target) is { } column)
                map[target] = column;
        }

        return check.Refusal is { } no
            ? (null, no)
            : (new ImportOptions(form["onError"] == "abort", form["mode"] == "replace", form.Filled("sheet"), header, form["fillMerged"] == "yes", form.Filled("hash")) { Map = map.ToImmutable() }, null);
    }

    private static async Task<IResult> QueryAsync(string id, HttpContext http, AudienceStore audiences, RecipientImport import)
    {
        var form = await FormState.ReadAsync(http, "query");
        if (await AudienceEndpoints.FindAsync(id, http, audiences) is null)
            return Problems.NotFoundHere.ToResult();
        var check = new Check();
        var where = ImmutableArray.CreateBuilder<QueryCondition>();
        for (var i = 0; i < Conditions; i++)
            if (form.Filled($"where{i}.column") is { } column)
            {
                if (!WireWords.TryRead<QueryOp>(form.Filled($"where{i}.op") ?? "is", out var op))
                    check.Add($"where{i}.op", "unknownWord", "请选择一种比较。");
                where.Add(new(column, op, op is QueryOp.Filled or QueryOp.Empty ? null : form.Filled($"where{i}.value")));
            }

        var source = form.Filled("from") is { } from && from != id ? await AudienceEndpoints.FindAsync(from, http, audiences) : null;
        check.That(source is not null, "from", "required", "请选择来源人群。").That(where.Count > 0, "where0.column", "required", "至少写一个条件。");
        var wrong = form.Refusal ?? check.Refusal ?? Fields(QueryRules.CheckQuery(where.ToImmutable()));
        if (wrong is not null)
            return await ShowAsync(id, http, form.Refused(wrong), audiences);
        var jobId = JobStore.NewId();
        await import.StartQueryAsync(jobId, id, new(source!.Id, where.ToImmutable(), source.List?.Version ?? 0), http.GetActor(), http.RequestAborted);
        return PageAnswers.SeeOther($"{Address(id)}?job={jobId}");

        static Refusal? Fields(Refusal? refusal) => refusal?.Errors is null ? refusal : refusal with
        {
            Errors = refusal.Errors.ToDictionary(e => e.Key.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal), e => e.Value, StringComparer.Ordinal),
        };
    }

    private static async Task<IResult> RetainAsync(string id, HttpContext http, AudienceStore audiences, ProductClock clock)
    {
        var form = await FormState.ReadAsync(http, "retention");
        if (await AudienceEndpoints.FindAsync(id, http, audiences) is null)
            return Problems.NotFoundHere.ToResult();
        var check = new Check();
        var until = Date(form, "retainUntil", check);
        check.That(until is null || until >= CityZone.DateOf(clock.GetUtcNow()), "retainUntil", "outOfRange", "保存期限不能早于今天。");
        if ((form.Refusal ?? check.Refusal) is { } wrong)
            return await ShowAsync(id, http, form.Refused(wrong), audiences);
        await audiences.ChangeAsync(id, a => a with { RetainUntil = until }, http.RequestAborted);
        return PageAnswers.SeeOther(Address(id) + "?done=retention");
    }

    private static async Task<IResult> EraseAsync(string id, HttpContext http, AudienceStore audiences, Erasure erasure)
    {
        var form = await FormState.ReadAsync(http, "erase");
        if (await AudienceEndpoints.FindAsync(id, http, audiences) is null)
            return Problems.NotFoundHere.ToResult();
        var check = new Check().Text("recipientId", form["recipientId"], required: true, max: 64).That(form["sure"] == "yes", "sure", "required", "删除后不能恢复，请先确认。");
        if ((form.Refusal ?? check.Refusal) is { } wrong)
            return await ShowAsync(id, http, form.Refused(wrong), audiences);
        return await erasure.EraseAsync(id, form["recipientId"], http.GetActor(), http.RequestAborted) is { } proof
            ? await ShowAsync(id, http, FormState.Empty("erased"), audiences, proof)
            : await ShowAsync(id, http, form.Refused(Refusal.Of("badValue", "recipientId", "名单里没有这个编号。")), audiences);
    }

    private static async Task<IResult> StagedAsync(string id, HttpContext http, AudienceStore audiences, StagedRows staged)
    {
        if (await AudienceEndpoints.FindAsync(id, http, audiences) is not { } audience)
            return Problems.NotFoundHere.ToResult();
        var query = new QueryFields(http.Request);
        var after = query.Text("after");
        if (query.Refusal is { } bad)
            return bad.ToResult();
        if (after is not null && !Keys.IsKey(after))
            return Cursor.Bad.ToResult();
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var (rows, last) = await staged.ReadAsync(id, after, StagedSize, http.RequestAborted);
        var done = http.Request.Query["done"].ToString();
        return new PageResult<StagedPage>(
            page, page.Texts["aud.staged.heading"], StatusCodes.Status200OK, ("Audience", audience), ("Rows", rows), ("After", after), ("Next", last),
            ("Done", page.Texts.Find("aud.staged.done." + done) is null ? null : done));
    }

    /// <summary>What is still wrong is kept with the row, so the page shows it again whichever way it goes.</summary>
    private static async Task<IResult> RepairAsync(string id, string row, HttpContext http, AudienceStore audiences, StagedRows staged, CitySource cities)
    {
        var ct = http.RequestAborted;
        var form = await FormState.ReadAsync(http, "row");
        if (await AudienceEndpoints.FindAsync(id, http, audiences) is null || await staged.FindAsync(id, row, ct) is not var (found, etag))
            return Problems.NotFoundHere.ToResult();
        if (form.Refusal is { } stale)
            return stale.ToResult();
        var back = $"{Address(id)}/staged?{(form.Filled("after") is { } after && Keys.IsKey(after) ? "after=" + Uri.EscapeDataString(after) + "&" : "")}done=";
        if (form["step"] == "drop")
        {
            await staged.DeleteAsync(id, [row], ct);
            return PageAnswers.SeeOther(back + "dropped");
        }

        var cells = form.Values.Where(v => v.Key.StartsWith("col", StringComparison.Ordinal))
            .Select(v => new StagedEndpoints.RepairedCell(v.Value, form["cell" + v.Key[3..]])).ToArray();
        var (repaired, refusal) = StagedEndpoints.Repaired(found, cells, await cities.GetAsync(ct));
        if (repaired is null)
            return refusal!.ToResult();
        if (!await staged.ReplaceAsync(id, repaired, etag, ct))
            return Problems.SomebodyWasFaster.ToResult();
        return PageAnswers.SeeOther(back + (repaired.Repaired ? "repaired" : "still"));
    }

    private static async Task<IResult> AcceptAsync(string id, HttpContext http, AudienceStore audiences, RecipientImport import)
    {
        var form = await FormState.ReadAsync(http, "accept");
        if (await AudienceEndpoints.FindAsync(id, http, audiences) is null)
            return Problems.NotFoundHere.ToResult();
        if (form.Refusal is { } stale)
            return stale.ToResult();
        var jobId = JobStore.NewId();
        await import.StartStagedAsync(jobId, id, http.GetActor(), http.RequestAborted);
        return PageAnswers.SeeOther($"{Address(id)}?job={jobId}");
    }

    internal static int? Number(FormState form, string field, int min, int max, Check check)
    {
        if (form.Filled(field) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        check.Add(field, "outOfRange", string.Create(CultureInfo.InvariantCulture, $"应为{min}到{max}的整数。"));
        return null;
    }

    internal static DateOnly? Date(FormState form, string field, Check check)
    {
        if (form.Filled(field) is not { } text)
            return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year is > 1988 and < 2200)
            return date;
        check.Add(field, "badTime", "应为日期，如 2026-11-23。");
        return null;
    }
}

/// <summary>An import as its page shows it, with the first of its row errors.</summary>
public sealed record ImportShown(Job Job, IReadOnlyList<JobError> Errors);
