using System.Globalization;
using System.Text;
using System.Text.Json;
using HotlinePush.Audiences;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Channels.WeChat;

/// <summary>
/// The account's access token, fetched by <c>stable_token</c> and shared by all instances through one row: whoever holds its lease fetches, the
/// others go on with the token they have. A token in its last minutes is replaced early; the platform keeps the former one good for
/// five minutes more.
/// </summary>
/// <remarks>Nothing of this is a call that could send: every failure here proves that the message was not.</remarks>
public sealed class WeChatTokens(ITableStore store, KeyRing keys, WeChatSettings settings, TimeProvider engine) : IDisposable
{
    public const string Table = "provider-tokens";
    private const string RowKey = "token";
    private const string Path = "/cgi-bin/stable_token";

    /// <summary>Inside the five minutes in which the platform hands out a new one: asked earlier it repeats the old.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FetchWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private const int MostPauses = 60;

    private readonly HttpClient _client = ProviderHttp.NewClient(settings.Endpoint);
    private readonly SemaphoreSlim _one = new(1, 1);
    private Token? _last;

    private sealed record Token(string Value, DateTimeOffset ExpiresAt);

    /// <param name="Sealed">The token under a data key of its own.</param>
    private sealed record Shared(byte[]? Sealed, DateTimeOffset ExpiresAt, DateTimeOffset LeasedUntil);

    private string Partition => Keys.Of("wechat", settings.AppId);

    /// <param name="refused">A token the platform has just refused; it is not given again.</param>
    /// <returns>A token, or why there is none.</returns>
    public async Task<(string? Token, SendOutcome.NotAccepted? Why)> GetAsync(string? refused, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            if (_last is { } last && last.Value != refused && engine.GetUtcNow() < last.ExpiresAt - Early)
                return (last.Value, null);
            return await SharedAsync(refused, ct);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<(string? Token, SendOutcome.NotAccepted? Why)> SharedAsync(string? refused, CancellationToken ct)
    {
        for (var pauses = 0; pauses < MostPauses; pauses++)
        {
            var row = await store.ReadAsync(Table, Partition, RowKey, ct);
            var shared = row is null ? new(null, default, default) : JsonSerializer.Deserialize<Shared>(row.Value.Span, MessageJson.Options)!;
            var (now, token) = (engine.GetUtcNow(), Open(shared));
            var usable = token is not null && token.Value != refused && now < token.ExpiresAt;
            if (usable && now < token!.ExpiresAt - Early)
                return Found(token);
            if (shared.LeasedUntil <= now)
            {
                if (await WriteAsync(row?.ETag, shared with { LeasedUntil = now + Lease }, ct) is { } mine)
                    return await FetchAsync(mine, shared, usable ? token : null, refused, ct);
                continue;
            }

            if (usable)
                return (token!.Value, null);
            await Task.Delay(Pause, engine, ct);
        }

        return (null, NoToken("noToken", TimeSpan.FromSeconds(5)));
    }

    private async Task<(string? Token, SendOutcome.NotAccepted? Why)> FetchAsync(ETag mine, Shared before, Token? former, string? refused, CancellationToken ct)
    {
        using var cut = new CancellationTokenSource(FetchWithin, engine);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, cut.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = ProviderHttp.Body(new { grant_type = "client_credential", appid = settings.AppId, secret = settings.AppSecret }) };
        var answer = await ProviderHttp.CallAsync(_client, request, both.Token);
        if (answer.End is null && answer.Text("access_token") is { Length: > 0 } value && answer.Number("expires_in") is > 0 and { } seconds && value != refused)
        {
            var token = new Token(value, engine.GetUtcNow().AddSeconds(seconds));
            await WriteAsync(mine, new(SealedRow.Seal(keys, Encoding.UTF8.GetBytes(value), RowKey), token.ExpiresAt, default), CancellationToken.None);
            return Found(token);
        }

        // The lease ends at once: the next caller may have more luck.
        await WriteAsync(mine, before with { LeasedUntil = default }, CancellationToken.None);
        if (former is not null)
            return (former.Value, null);
        var code = answer.End is null ? answer.Number("errcode") : null;
        return (null, NoToken(code is { } c ? c.ToString(CultureInfo.InvariantCulture) : "noToken", code is null ? TimeSpan.FromSeconds(10) : TimeSpan.FromMinutes(5)));
    }

    private (string, SendOutcome.NotAccepted?) Found(Token token)
    {
        _last = token;
        return (token.Value, null);
    }

    private Token? Open(Shared shared) => shared.Sealed is not null && SealedRow.Open(keys, shared.Sealed, RowKey) is { } token ? new(Encoding.UTF8.GetString(token), shared.ExpiresAt) : null;

    private async Task<ETag?> WriteAsync(ETag? before, Shared shared, CancellationToken ct)
    {
        var value = JsonSerializer.SerializeToUtf8Bytes(shared, MessageJson.Options);
        var batch = new Batch(Table, Partition);
        var result = await store.CommitAsync(before is { } tag ? batch.Replace(RowKey, tag, value) : batch.Insert(RowKey, value), ct);
        return result.Committed && result.ETags.TryGetValue(RowKey, out var after) ? after : null;
    }

    private static SendOutcome.NotAccepted NoToken(string code, TimeSpan after) => new(code, "No access token is to be had.", RetryAdvice.WhenBack(after));

    public void Dispose()
    {
        _client.Dispose();
        _one.Dispose();
    }
}
