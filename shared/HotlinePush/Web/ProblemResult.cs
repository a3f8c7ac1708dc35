using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace HotlinePush.Web;

/// <summary>Writes the error page of the pages' own style; status and headers are set already.</summary>
public delegate Task WriteErrorPage(HttpContext http, Problem problem);

/// <summary>How errors below a path are written, where a published contract has its own form for them; status and headers are set already.</summary>
public sealed record ErrorForm(PathString Below, Func<HttpContext, Problem, Task> Write);

/// <summary>A refusal as an HTTP answer: problem JSON, or a page where one was asked for outside the machine paths.</summary>
public sealed class ProblemResult(Refusal refusal, int? retryAfterSeconds = null, string? errorId = null) : IResult
{
    private const int OneHour = 3_600;

    public Refusal Refusal => refusal;

    public async Task ExecuteAsync(HttpContext http)
    {
        if (!Problems.IsListed(refusal.Code))
            http.RequestServices.GetRequiredService<ILogger<ProblemResult>>().LogError("Refusal code {Code} has no row in the table of problems.", refusal.Code);

        var problem = Problem.Of(refusal, errorId);
        http.Response.StatusCode = problem.Status;
        // Guesses are counted by whole minutes, so their end is known wherever the refusal was made.
        var wait = retryAfterSeconds ?? refusal.Code switch
        {
            "tooManyGuesses" => http.RequestServices.GetRequiredService<CodeGuesses>().RetryAfterSeconds,
            "tooManyCodes" or "nameLocked" => OneHour,
            _ => null,
        };
        if (wait is { } seconds)
            http.Response.Headers.RetryAfter = Math.Max(1, seconds).ToString(CultureInfo.InvariantCulture);
        if (http.RequestServices.GetServices<ErrorForm>().FirstOrDefault(f => http.Request.Path.StartsWithSegments(f.Below)) is { } form)
        {
            await form.Write(http, problem);
            return;
        }

        if (WantsPage(http))
        {
            http.Response.ContentType = "text/html; charset=utf-8";
            await (http.RequestServices.GetService<WriteErrorPage>() ?? PlainPage)(http, problem);
            return;
        }

        http.Response.ContentType = Problem.MediaType;
        await JsonSerializer.SerializeAsync(http.Response.Body, problem, WireJson.Options, http.RequestAborted);
    }

    /// <summary>Paths that machines call: never HTML, never cached.</summary>
    public static bool IsMachinePath(PathString path) =>
        path.StartsWithSegments("/api") || path.StartsWithSegments("/hooks") || path.StartsWithSegments("/open311");

    private static bool WantsPage(HttpContext http)
    {
        if (IsMachinePath(http.Request.Path) || !MediaTypeHeaderValue.TryParseList(http.Request.Headers.Accept, out var accepted))
            return false;
        return accepted.Any(a => a.Quality is not 0 && a.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));
    }

    private static Task PlainPage(HttpContext http, Problem problem) => http.Response.WriteAsync(
        $"""
        <!DOCTYPE html>
        <html lang="zh-CN"><head><meta charset="utf-8"><title>{Text(problem.Title)}</title></head>
        <body><main><h1>{Text(problem.Title)}</h1><p>{Text(problem.Detail)}</p><p lang="en">{Text(problem.TitleEn)} ({problem.Status} {Text(problem.Code)}{Text(problem.ErrorId is { } id ? ", " + id : "")})</p>
        <p><a href="/">返回首页</a></p></main></body></html>
        """, Encoding.UTF8);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
