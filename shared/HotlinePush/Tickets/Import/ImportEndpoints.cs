using HotlinePush.Inbound.Merged;
using HotlinePush.Jobs;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tickets.Import;

public sealed record JobStarted(string JobId);

public static class ImportEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapPost("/import/tickets", StartAsync).RequireRole(Role.Desk).TakesUpload(TicketImport.MaxBytes)
            .TakesQuery("hotline", "归并热线的编号 (id of the merged hotline whose tickets they are)")
            .Accepts<IFormFile>("text/csv", "multipart/form-data").Produces<JobStarted>(StatusCodes.Status202Accepted)
            .WithSummary("从 CSV 导入工单 (import tickets)");

    private static async Task<IResult> StartAsync(HttpContext http, TicketImport import, JobStore jobs, IFileStore files)
    {
        var ct = http.RequestAborted;
        var query = new QueryFields(http.Request);
        var hotline = query.Text("hotline", 64);
        query.Check.That(hotline is null || (await http.RequestServices.GetRequiredService<MergedHotlines>().GetAsync(ct)).Of(hotline) is not null, "hotline", "badValue", "没有这条归并热线。");
        if (query.Refusal is { } unknown)
            return unknown.ToResult();
        var (file, refusal) = await CsvUpload.ReceiveAsync(http, files, TicketImport.NewFileId());
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
                unused = !await import.StartAsync(jobId, file.FileId, http.GetActor(), ct, hotline);
                return Started(jobId);
            },
            async jobId => await jobs.ReadAsync(jobId, ct) is null ? null : Started(jobId),
            file.BodyHash);
        if (unused)
            await files.DeleteAsync(file.FileId, ct);
        return answer;
    }

    private static Reply Started(string jobId) => Reply.Accepted(new JobStarted(jobId), $"/api/v1/jobs/{jobId}");
}
