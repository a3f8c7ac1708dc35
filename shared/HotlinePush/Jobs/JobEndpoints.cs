using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Jobs;

/// <param name="Errors">At most the first thousand; <paramref name="ErrorCount"/> counts all.</param>
/// <param name="Notes">What was left out on purpose and is no error.</param>
public sealed record JobAnswer(
    string Id, string Kind, JobState State, int Done, int Total, IReadOnlyList<JobError> Errors, int ErrorCount,
    IReadOnlyList<string> IgnoredColumns, IReadOnlyList<JobError> Notes, DateTimeOffset StartedAt, DateTimeOffset? EndedAt);

public static class JobEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/jobs/{id}", GetAsync).AnyKey().Produces<JobAnswer>().WithSummary("后台任务的进度 (progress of a job)");

    private static async Task<IResult> GetAsync(string id, JobStore jobs, HttpContext http)
    {
        var ct = http.RequestAborted;
        if (await jobs.ReadAsync(id, ct) is not { Job: var job } || !job.MayBeSeenBy(http.GetActor()))
            return Problems.NotFoundHere.ToResult();
        var errors = job.ErrorsKept == 0 ? [] : await jobs.ReadErrorsAsync(id, ct);
        return TypedResults.Ok(new JobAnswer(
            job.Id, job.Kind, job.State, job.Done, job.Total, errors, job.ErrorCount, job.IgnoredColumns, job.Notes, job.StartedAt, job.EndedAt));
    }
}
