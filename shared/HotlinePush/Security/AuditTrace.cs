using HotlinePush.Clocks;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Security;

/// <summary>What administrators and account holders do, in the audit log.</summary>
public static class AuditTrace
{
    /// <param name="action">A stable word.</param>
    /// <param name="subject">An id or the name of a document.</param>
    /// <param name="actor">Where the request itself has none yet: signing in.</param>
    public static Task TraceAsync(this HttpContext http, string action, string subject, string? detail = null, Actor? actor = null)
    {
        var services = http.RequestServices;
        // What was done is done: a caller who hangs up now does not keep it out of the log.
        return services.GetRequiredService<AuditLog>().AppendAsync(
            new(services.GetRequiredService<ProductClock>().GetUtcNow(), actor ?? http.GetActor(), action, subject, detail), CancellationToken.None);
    }
}
