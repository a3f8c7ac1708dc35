using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace HotlinePush.Web;

/// <summary>Requests per minute: of the public by client address, of staff by key. Counted in the process; health checks are free.</summary>
internal sealed class RateLimits(IOptions<HotlineWebOptions> options, ClientAddress addresses) : IConfigureOptions<RateLimiterOptions>
{
    public void Configure(RateLimiterOptions limiter)
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(Partition);
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = async (rejected, _) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
            var seconds = (int)Math.Ceiling(wait.TotalSeconds);
            await new Refusal("tooManyRequests", string.Create(CultureInfo.InvariantCulture, $"请求过于频繁，请 {seconds} 秒后重试。"))
                .ToResult(seconds).ExecuteAsync(rejected.HttpContext);
        };
    }

    private RateLimitPartition<string> Partition(HttpContext http)
    {
        var settings = options.Value;
        var path = http.Request.Path;
        if (settings.NoLimits || path.Equals("/healthz") || path.Equals("/readyz"))
            return RateLimitPartition.GetNoLimiter("none");
        var actor = http.GetActor();
        if (actor.IsStaff)
            return Bucket("key " + actor.Id, settings.StaffRequestsPerMinute);
        var address = addresses.KeyOf(http);
        // Providers report from a few addresses, and give up after a few refusals.
        if (path.StartsWithSegments("/hooks"))
            return Bucket("hook " + address, settings.StaffRequestsPerMinute);
        return HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)
            ? Bucket("read " + address, settings.PublicReadsPerMinute)
            : Bucket("write " + address, settings.PublicWritesPerMinute);
    }

    // A full minute's worth at once, refilled a tenth every six seconds: nobody waits a whole minute.
    private static RateLimitPartition<string> Bucket(string key, int perMinute) => RateLimitPartition.GetTokenBucketLimiter(key, _ => new()
    {
        TokenLimit = perMinute,
        TokensPerPeriod = Math.Max(1, perMinute / 10),
        ReplenishmentPeriod = TimeSpan.FromSeconds(6),
        AutoReplenishment = true,
        QueueLimit = 0,
    });
}
