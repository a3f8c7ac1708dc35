using System.Security.Cryptography;
using HotlinePush.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HotlinePush.Web;

/// <summary>
/// POSTs that create, made safe to repeat by <c>Idempotency-Key</c>. The row with the reserved number is written first, so that a retry
/// after a crash goes on with the same number. Without the header nothing is written here.
/// </summary>
/// <remarks>
/// Keys of the public share one scope: a telephone changes its address between two attempts, and that repeat is the one that matters.
/// </remarks>
public static class IdempotentCreate
{
    private const int MaxKeyLength = 128;
    private const int Rounds = 4;

    /// <param name="reserve">A fresh number or id; called once for all attempts under the same key.</param>
    /// <param name="create">
    /// Creates under the reserved number and answers. May run again with the same number after a crash, or beside an attempt that
    /// outlived its lease of 30 s, so what it inserts must be refused by the store the second time, and then it answers as <paramref name="reread"/> would.
    /// </param>
    /// <param name="reread">The answer for a number that was created already, or null where it was not.</param>
    /// <param name="bodyHash">SHA-256 of the raw body, lower-case hex, where the caller has read it already: uploads. Else the body is read here.</param>
    public static async Task<IResult> RunAsync(
        HttpContext http, Func<string> reserve, Func<string, Task<Reply>> create, Func<string, Task<Reply?>> reread, string? bodyHash = null)
    {
        var header = http.Request.Headers["Idempotency-Key"];
        if (header.Count == 0)
            return await create(reserve());
        if (header.Count > 1 || !IsKey(header[0]))
            return new Refusal("badIdempotencyKey", "Idempotency-Key 应为 1 至 128 个可见 ASCII 字符。").ToResult();

        var ct = http.RequestAborted;
        var store = http.RequestServices.GetRequiredService<IdempotencyStore>();
        var actor = http.GetActor();
        var place = IdempotencyStore.Place.Of($"{actor.Role} {actor.Id}", http.Request.Path.Value ?? "", header[0]!);
        bodyHash ??= Convert.ToHexStringLower(SHA256.HashData((await RequestBytes.ReadAsync(http)).Span));

        for (var round = 0; round < Rounds; round++)
        {
            // Insert before reading: a key is nearly always new.
            var claim = round == 0 ? store.Claim(bodyHash, reserve()) : null;
            if (claim is not null && await store.WriteAsync(place, claim, null, ct) is { } fresh)
                return await FinishAsync(http, store, place, claim, fresh, create, null);
            if (await store.ReadAsync(place, ct) is not var (row, etag))
                continue;
            if (row.ExpiresAt <= store.Now)
            {
                claim = store.Claim(bodyHash, reserve());
                if (await store.WriteAsync(place, claim, etag, ct) is { } renewed)
                    return await FinishAsync(http, store, place, claim, renewed, create, null);
                continue;
            }

            if (row.BodyHash != bodyHash)
                return new Refusal("idempotencyKeyReused", "同一 Idempotency-Key 已用于另一内容，请换一个。").ToResult();
            if (row.Done && (store.Restore(row.Reply) ?? await reread(row.Reserved)) is { } before)
                return before;
            if (!row.Done && row.LeaseUntil > store.Now)
                return InFlight((int)Math.Ceiling((row.LeaseUntil - store.Now).TotalSeconds));

            claim = row with { LeaseUntil = store.Now + IdempotencyStore.Lease, Done = false, Reply = null };
            if (await store.WriteAsync(place, claim, etag, ct) is { } taken)
                return await FinishAsync(http, store, place, claim, taken, create, reread);
        }

        return InFlight(1);
    }

    private static async Task<IResult> FinishAsync(
        HttpContext http, IdempotencyStore store, IdempotencyStore.Place place, IdempotencyRow claim, ETag etag,
        Func<string, Task<Reply>> create, Func<string, Task<Reply?>>? reread)
    {
        Reply reply;
        try
        {
            reply = (reread is null ? null : await reread(claim.Reserved)) ?? await create(claim.Reserved);
        }
        catch
        {
            // Nobody knows how far it came: end the lease, so that the next attempt finds out at once.
            await TryWriteAsync(http, store, place, claim with { LeaseUntil = store.Now }, etag);
            throw;
        }

        // A 5xx answer is no result to repeat.
        var done = reply.Status < 500;
        await TryWriteAsync(http, store, place, done ? claim with { Done = true, Reply = store.Keep(reply) } : claim with { LeaseUntil = store.Now }, etag);
        return reply;
    }

    // What was created is created: a failure to note the answer must not turn it into an error. The next attempt re-reads.
    private static async Task TryWriteAsync(HttpContext http, IdempotencyStore store, IdempotencyStore.Place place, IdempotencyRow row, ETag etag)
    {
        try
        {
            await store.WriteAsync(place, row, etag, CancellationToken.None);
        }
        catch (TableStoreException e)
        {
            http.RequestServices.GetRequiredService<ILogger<IdempotencyStore>>().LogWarning(e, "The answer to an idempotent request was not noted.");
        }
    }

    private static IResult InFlight(int seconds) =>
        new Refusal("inFlight", "相同请求正在办理，请稍后重试。").ToResult(Math.Max(1, seconds));

    private static bool IsKey(string? key)
    {
        if (key is null || key.Length is 0 or > MaxKeyLength)
            return false;
        foreach (var c in key)
            if (c is < '!' or > '~')
                return false;
        return true;
    }
}
