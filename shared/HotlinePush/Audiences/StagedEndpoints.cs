using System.Collections.Immutable;
using HotlinePush.Audiences.Import;
using HotlinePush.Jobs;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets.Import;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Audiences;

/// <summary>Bad rows of imports: looked at, repaired, taken in.</summary>
public static class StagedEndpoints
{
    private const int MaxCells = 200;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/audiences/{id}/staged", ListAsync).RequireRole(Role.Publisher).Produces<Page<StagedRow>>().WithSummary("待修正的行 (rows to be repaired)");
        api.MapPut("/audiences/{id}/staged/{row}", RepairAsync).RequireRole(Role.Publisher).Produces<StagedRow>().WithSummary("修正一行 (repair a row)");
        api.MapDelete("/audiences/{id}/staged/{row}", DropAsync).RequireRole(Role.Publisher).Produces(StatusCodes.Status204NoContent).WithSummary("放弃一行 (drop a row)");
        api.MapPost("/audiences/{id}/accept-staged", AcceptAsync).RequireRole(Role.Publisher).Produces<JobStarted>(StatusCodes.Status202Accepted)
            .WithSummary("导入已修正的行 (take repaired rows in)");
    }

    private static async Task<IResult> ListAsync(string id, ListQuery list, HttpContext http, AudienceStore audiences, StagedRows staged)
    {
        if (!list.TryRead<AudienceEndpoints.Position>(out var after) || (after is not null && !Keys.IsKey(after.Row)))
            return Cursor.Bad.ToResult();
        if (await AudienceEndpoints.FindAsync(id, http, audiences) is null)
            return Problems.NotFoundHere.ToResult();
        var (items, last) = await staged.ReadAsync(id, after?.Row, list.Limit, http.RequestAborted);
        return TypedResults.Ok(new Page<StagedRow>(items, last is null ? null : Cursor.Write(new AudienceEndpoints.Position(last))));
    }

    /// <param name="Cells">The cells that change, by the names they are listed under; an empty text empties the cell.</param>
    public sealed record Repair(IReadOnlyList<RepairedCell> Cells);

    public sealed record RepairedCell(string Column, string Value);

    private static async Task<IResult> RepairAsync(string id, string row, JsonBody<Repair> body, HttpContext http, AudienceStore audiences, StagedRows staged, CitySource cities)
    {
        var ct = http.RequestAborted;
        if (await AudienceEndpoints.FindAsync(id, http, audiences) is null || await staged.FindAsync(id, row, ct) is not var (found, etag))
            return Problems.NotFoundHere.ToResult();
        var (repaired, refusal) = Repaired(found, body.Value.Cells, await cities.GetAsync(ct));
        if (repaired is null)
            return refusal!.ToResult();
        return await staged.ReplaceAsync(id, repaired, etag, ct) ? TypedResults.Ok(repaired) : Problems.SomebodyWasFaster.ToResult();
    }

    /// <summary>The row with its new cells and what is still wrong with it.</summary>
    internal static (StagedRow? Row, Refusal? Refusal) Repaired(StagedRow found, IReadOnlyList<RepairedCell> given, City city)
    {
        var check = new Check().That(given.Count is > 0 and <= MaxCells, "cells", "outOfRange", $"应为 1 到 {MaxCells} 格。");
        var cells = found.Cells.ToBuilder();
        for (var i = 0; check.Ok && i < given.Count; i++)
        {
            var (at, cell) = ($"cells[{i}]", given[i]);
            check.Text(at + ".column", cell.Column, required: true, max: RecipientColumns.MaxNameLength).Text(at + ".value", cell.Value, max: RecipientRules.MaxCell);
            if (!check.Ok)
                break;
            if (string.IsNullOrWhiteSpace(cell.Value))
                cells.Remove(cell.Column);
            else
                cells[cell.Column] = cell.Value;
        }

        check.That(cells.Count <= MaxCells, "cells", "outOfRange", $"一行最多 {MaxCells} 格。");
        if (check.Refusal is { } refusal)
            return (null, refusal);
        var errors = new List<JobError>();
        var repaired = found with { Cells = cells.ToImmutable() };
        var plan = OwnRows.PlanOf(repaired.Cells.Keys.Where(c => !RecipientColumns.Targets.Contains(c)));
        new RecipientRules(plan, city).Read(OwnRows.ToSource(repaired, plan), errors);
        return (repaired with { Errors = [.. errors] }, null);
    }

    private static async Task<IResult> DropAsync(string id, string row, HttpContext http, AudienceStore audiences, StagedRows staged)
    {
        if (await AudienceEndpoints.FindAsync(id, http, audiences) is null || await staged.FindAsync(id, row, http.RequestAborted) is null)
            return Problems.NotFoundHere.ToResult();
        await staged.DeleteAsync(id, [row], http.RequestAborted);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> AcceptAsync(string id, HttpContext http, AudienceStore audiences, RecipientImport import, JobStore jobs)
    {
        if (await AudienceEndpoints.FindAsync(id, http, audiences) is null)
            return Problems.NotFoundHere.ToResult();
        return await IdempotentCreate.RunAsync(
            http,
            JobStore.NewId,
            async jobId =>
            {
                await import.StartStagedAsync(jobId, id, http.GetActor(), http.RequestAborted);
                return AudienceEndpoints.Started(jobId);
            },
            async jobId => await jobs.ReadAsync(jobId, http.RequestAborted) is null ? null : AudienceEndpoints.Started(jobId));
    }
}
