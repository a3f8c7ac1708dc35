using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Security.Accounts;

public sealed record AccountBody(string UserName, string DisplayName, Role Role, string? UnitId = null, Position? Position = null);

public sealed record AccountChange(string DisplayName, Role Role, string? UnitId = null, Position? Position = null);

/// <summary>What an action on an account came to.</summary>
/// <param name="TemporaryPassword">Known this once; whoever signs in with it has to change it.</param>
public sealed record AccountResult(Account? Account, string? TemporaryPassword, Refusal? Refusal)
{
    public static implicit operator AccountResult(Refusal refusal) => new(null, null, refusal);
}

/// <summary>What administrators do with accounts, by page or by API; each leaves a trace in the audit log.</summary>
public sealed class AccountActions(AccountStore accounts, AccountSignIn signIn, CitySource cities, TimeProvider engine)
{
    /// <param name="creation">The same for a repeat of the same request.</param>
    public async Task<AccountResult> CreateAsync(HttpContext http, AccountBody body, string creation)
    {
        var name = AccountRules.Normal(body.UserName);
        var wrong = new Check()
            .That(AccountRules.IsUserName(name), "userName", "badValue", "用户名由 2 到 64 个小写字母、数字和 . _ @ - 组成。")
            .Text("displayName", body.DisplayName, required: true, max: AccountRules.MaxName)
            .Place(body.Role, body.UnitId, body.Position, await cities.GetAsync(http.RequestAborted))
            .Result();
        if (wrong is not null)
            return wrong;
        var temporary = AccountRules.Temporary();
        var (account, created) = await accounts.CreateAsync(new(AccountStore.IdOf(name), name, body.DisplayName.Trim(), body.Role, body.UnitId, body.Position)
        {
            PasswordHash = signIn.Hash(temporary),
            MustChange = true,
            CreatedAt = engine.GetUtcNow(),
            Stamp = AccountRules.NewStamp(),
            Creation = creation,
        }, http.RequestAborted);
        if (!created)
        {
            if (account.Creation != creation)
                return Refusal.Of("nameTaken", "userName", "这个用户名已被使用；停用的账号也保留其用户名。");
            // The first attempt was cut off before it could say the password.
            account = (await signIn.SetAsync(account.Id, temporary, mustChange: true, http.RequestAborted))!;
        }

        await http.TraceAsync("accountCreated", account.Id, $"{account.UserName} {Place(account)}");
        return new(account, temporary, null);
    }

    public async Task<AccountResult> ChangeAsync(HttpContext http, string id, AccountChange body, IfMatch condition = default)
    {
        var wrong = new Check()
            .Text("displayName", body.DisplayName, required: true, max: AccountRules.MaxName)
            .Place(body.Role, body.UnitId, body.Position, await cities.GetAsync(http.RequestAborted))
            .Result();
        if (wrong is not null)
            return wrong;
        if (id == http.GetActor().Id && body.Role != http.GetActor().Role)
            return Own;
        var before = "";
        var result = await EditAsync(http, id, condition, a =>
        {
            before = Place(a);
            var moved = (a.Role, a.UnitId, a.Position) != (body.Role, body.UnitId, body.Position);
            return a with
            {
                DisplayName = body.DisplayName.Trim(),
                Role = body.Role,
                UnitId = body.UnitId,
                Position = body.Position,
                // Whoever is signed in as what they no longer are signs in anew.
                Stamp = moved ? AccountRules.NewStamp() : a.Stamp,
                Version = a.Version + 1,
            };
        });
        if (result.Account is { } account)
            await http.TraceAsync("accountChanged", id, $"{account.UserName} {before} → {Place(account)}");
        return result;
    }

    public async Task<AccountResult> ResetPasswordAsync(HttpContext http, string id)
    {
        var temporary = AccountRules.Temporary();
        if (await signIn.SetAsync(id, temporary, mustChange: true, http.RequestAborted) is not { } account)
            return Problems.NotFoundHere;
        await http.TraceAsync("passwordReset", id, account.UserName);
        return new(account, temporary, null);
    }

    public async Task<AccountResult> SetDisabledAsync(HttpContext http, string id, bool disabled)
    {
        if (id == http.GetActor().Id && disabled)
            return Own;
        var result = await EditAsync(http, id, default, a => a.Disabled == disabled ? null : a with
        {
            Disabled = disabled,
            Failed = 0,
            LockedUntil = null,
            Stamp = disabled ? AccountRules.NewStamp() : a.Stamp,
            Version = a.Version + 1,
        });
        if (result.Account is { } account)
            await http.TraceAsync(disabled ? "accountDisabled" : "accountEnabled", id, account.UserName);
        return result;
    }

    private static readonly Refusal Own = new("ownAccount", "不能停用自己的账号或改变自己的角色，请由另一位管理员操作。");

    private async Task<AccountResult> EditAsync(HttpContext http, string id, IfMatch condition, Func<Account, Account?> change)
    {
        var stale = false;
        var account = await accounts.ChangeAsync(id, a => (stale = !condition.Matches(a.Version)) ? null : change(a), http.RequestAborted);
        return account is null ? Problems.NotFoundHere : stale ? Problems.SomebodyWasFaster : new AccountResult(account, null, null);
    }

    private static string Place(Account a) => string.Join('/', new[] { a.Role.ToString(), a.UnitId, a.Position?.ToString() }.OfType<string>());
}
