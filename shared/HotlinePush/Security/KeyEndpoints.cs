using System.Text.Json.Serialization;
using HotlinePush.Security.Accounts;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Security;

/// <param name="Name">What it is for.</param>
public sealed record KeyBody(Role Role, string Name, string? UnitId = null);

/// <param name="IsFixed">Its text is published (demonstration).</param>
public sealed record KeyView(string Id, string Name, Role Role, string? UnitId, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, bool IsFixed)
{
    /// <summary>The plain key, shown this once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    public static KeyView Of(ApiKey k, string? plain = null) => new(k.Id, k.Name, k.Role, k.UnitId, k.CreatedAt, k.RevokedAt, k.IsFixed) { Key = plain };
}

/// <summary>What administrators do with keys, by page or by API; each leaves a trace in the audit log.</summary>
public sealed class KeyActions(ApiKeys keys, CitySource cities)
{
    public async Task<(IssuedKey? Issued, Refusal? Refusal)> IssueAsync(HttpContext http, KeyBody body)
    {
        var wrong = new Check()
            .Text("name", body.Name, required: true, max: AccountRules.MaxName)
            .Place(body.Role, body.UnitId, null, await cities.GetAsync(http.RequestAborted), isKey: true)
            .Result();
        if (wrong is not null)
            return (null, wrong);
        var issued = await keys.Issue(body.Role, body.UnitId, body.Name.Trim(), http.RequestAborted);
        await http.TraceAsync("keyIssued", issued.Key.Id, $"{body.Name.Trim()} {body.Role}{(body.UnitId is null ? "" : "/" + body.UnitId)}");
        return (issued, null);
    }

    public async Task<ApiKey?> RevokeAsync(HttpContext http, string id)
    {
        if (!await keys.Revoke(id, http.RequestAborted))
            return null;
        var key = (await keys.ListAsync(http.RequestAborted)).FirstOrDefault(k => k.Id == id);
        await http.TraceAsync("keyRevoked", id, key?.Name);
        return key;
    }
}

/// <summary><c>/keys</c>: the keys of the staff API. Administrators only.</summary>
public static class KeyEndpoints
{
    private sealed record After(string Id);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/keys", async (ListQuery list, ApiKeys keys, CancellationToken ct) =>
        {
            if (!list.TryRead<After>(out var after))
                return Cursor.Bad.ToResult();
            // By id: keys come and go between two pages, and an id keeps its place.
            var rest = (await keys.ListAsync(ct)).OrderBy(k => k.Id, StringComparer.Ordinal)
                .Where(k => after is null || string.CompareOrdinal(k.Id, after.Id) > 0).Take(list.Limit + 1).ToList();
            var items = rest.Take(list.Limit).Select(k => KeyView.Of(k)).ToList();
            return TypedResults.Ok(new Page<KeyView>(items, rest.Count > list.Limit ? Cursor.Write(new After(items[^1].Id)) : null));
        }).RequireRole(Role.Admin).Produces<Page<KeyView>>().WithSummary("密钥 (keys)");

        api.MapPost("/keys", (JsonBody<KeyBody> body, HttpContext http, KeyActions actions) =>
            IdempotentCreate.RunAsync(
                http,
                () => Guid.NewGuid().ToString("N"),
                async _ => await actions.IssueAsync(http, body.Value) switch
                {
                    ({ } issued, _) => Reply.Created(KeyView.Of(issued.Key, issued.Plain), "/api/v1/keys"),
                    (_, var refusal) => Reply.Refused(refusal!),
                },
                _ => Task.FromResult<Reply?>(null)))
            .RequireRole(Role.Admin).Produces<KeyView>(StatusCodes.Status201Created).WithSummary("签发密钥 (issue a key)");

        api.MapPost("/keys/{id}/revoke", async (string id, HttpContext http, KeyActions actions) =>
            await actions.RevokeAsync(http, id) is { } key ? TypedResults.Ok(KeyView.Of(key)) : Problems.NotFoundHere.ToResult())
            .RequireRole(Role.Admin).Produces<KeyView>().WithSummary("吊销密钥 (revoke a key)");
    }
}
