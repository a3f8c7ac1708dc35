using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Web;

/// <summary>One thing that must be in order before requests should come: null, or the reason why it is not. Register any number in the container.</summary>
/// <param name="Name">One word, shown to whoever asks; the reason too, so neither holds secrets or paths.</param>
public sealed record ReadyCheck(string Name, Func<CancellationToken, ValueTask<string?>> Look);

internal sealed record Health(string Status);

internal static class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => TypedResults.Ok(new Health("live"))).Public().WithSummary("进程在运行 (live)");
        routes.MapGet("/readyz", ReadyAsync).Public().WithSummary("可以接收请求 (ready)");
    }

    private static async Task<IResult> ReadyAsync(IEnumerable<ReadyCheck> checks, TimeProvider engine, HttpContext http)
    {
        using var late = new CancellationTokenSource(Patience, engine);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, http.RequestAborted);
        var reasons = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var check in checks)
            if (await ReasonAsync(check, either.Token, http.RequestAborted) is { } reason)
                reasons[check.Name] = [reason];
        return reasons.Count == 0
            ? TypedResults.Ok(new Health("ready"))
            : new Refusal("notReady", "系统尚未就绪，原因见 errors。", reasons).ToResult(retryAfterSeconds: 5);
    }

    // A check that breaks is a reason like any other: the question was whether things are in order.
    private static async Task<string?> ReasonAsync(ReadyCheck check, CancellationToken ct, CancellationToken aborted)
    {
        try
        {
            return await check.Look(ct);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            return "no answer in time";
        }
        catch (IOException)
        {
            return "out of order";
        }
    }
}
