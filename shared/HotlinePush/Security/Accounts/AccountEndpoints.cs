using System.Text.Json.Serialization;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Security.Accounts;

/// <summary>An account as administrators see it.</summary>
/// <param name="LockedUntil">Too many wrong passwords; signing in is refused until then.</param>
public sealed record AccountView(
    string Id, string UserName, string DisplayName, Role Role, string? UnitId, Position? Position, bool MustChange, bool Disabled,
    DateTimeOffset? LockedUntil, DateTimeOffset CreatedAt, DateTimeOffset? LastSignInAt)
{
    /// <summary>Shown this once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TemporaryPassword { get; init; }

    public static AccountView Of(Account a, DateTimeOffset now, string? temporaryPassword = null) => new(
        a.Id, a.UserName, a.DisplayName, a.Role, a.UnitId, a.Position, a.MustChange, a.Disabled, a.IsLocked(now) ? a.LockedUntil : null, a.CreatedAt, a.LastSignInAt)
    {
        TemporaryPassword = temporaryPassword,
    };
}

/// <summary><c>/accounts</c>: who signs in to the pages. Administrators only.</summary>
public static class AccountEndpoints
{
    private sealed record After(string UserName);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/accounts", async (ListQuery list, AccountStore accounts, TimeProvider engine, CancellationToken ct) =>
        {
            if (!list.TryRead<After>(out var after))
                return Cursor.Bad.ToResult();
            var rest = (await accounts.ListAsync(ct)).Where(a => after is null || string.CompareOrdinal(a.UserName, after.UserName) > 0).Take(list.Limit + 1).ToList();
            var items = rest.Take(list.Limit).Select(a => AccountView.Of(a, engine.GetUtcNow())).ToList();
            return TypedResults.Ok(new Page<AccountView>(items, rest.Count > list.Limit ? Cursor.Write(new After(items[^1].UserName)) : null));
        }).RequireRole(Role.Admin).Produces<Page<AccountView>>().WithSummary("账号 (accounts)");

        api.MapPost("/accounts", (JsonBody<AccountBody> body, HttpContext http, AccountActions actions, TimeProvider engine) =>
            IdempotentCreate.RunAsync(
                http,
                () => Guid.NewGuid().ToString("N"),
                async creation =>
                {
                    var made = await actions.CreateAsync(http, body.Value, creation);
                    return made.Account is { } account
                        ? Reply.Created(AccountView.Of(account, engine.GetUtcNow(), made.TemporaryPassword), "/api/v1/accounts", account.Version)
                        : Reply.Refused(made.Refusal!);
                },
                _ => Task.FromResult<Reply?>(null)))
            .RequireRole(Role.Admin).Produces<AccountView>(StatusCodes.Status201Created).WithSummary("新建账号 (create an account)");

        api.MapPut("/accounts/{id}", async (string id, JsonBody<AccountChange> body, HttpContext http, AccountActions actions, TimeProvider engine) =>
            Answer(await actions.ChangeAsync(http, id, body.Value, http.Request.IfMatch()), engine)).RequireRole(Role.Admin).Produces<AccountView>();
        api.MapPost("/accounts/{id}/reset-password", async (string id, HttpContext http, AccountActions actions, TimeProvider engine) =>
            Answer(await actions.ResetPasswordAsync(http, id), engine)).RequireRole(Role.Admin).Produces<AccountView>();
        api.MapPost("/accounts/{id}/disable", async (string id, HttpContext http, AccountActions actions, TimeProvider engine) =>
            Answer(await actions.SetDisabledAsync(http, id, disabled: true), engine)).RequireRole(Role.Admin).Produces<AccountView>();
        api.MapPost("/accounts/{id}/enable", async (string id, HttpContext http, AccountActions actions, TimeProvider engine) =>
            Answer(await actions.SetDisabledAsync(http, id, disabled: false), engine)).RequireRole(Role.Admin).Produces<AccountView>();
    }

    private static IResult Answer(AccountResult result, TimeProvider engine) => result.Account is { } account
        ? Reply.Json(StatusCodes.Status200OK, AccountView.Of(account, engine.GetUtcNow(), result.TemporaryPassword), account.Version)
        : result.Refusal!.ToResult();
}
