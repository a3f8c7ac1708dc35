using Microsoft.AspNetCore.Http;

namespace HotlinePush.Pages;

internal static class PageAnswers
{
    /// <summary>After a form was taken in: the browser reads the next page anew, so that going back or reloading sends nothing twice.</summary>
    public static IResult SeeOther(string address) => new SeeOtherResult(address);

    private sealed record SeeOtherResult(string Address) : IResult
    {
        public Task ExecuteAsync(HttpContext http)
        {
            http.Response.StatusCode = StatusCodes.Status303SeeOther;
            http.Response.Headers.Location = Address;
            http.Response.Headers.CacheControl = "no-store";
            return Task.CompletedTask;
        }
    }
}
