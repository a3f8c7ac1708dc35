using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Setup;

/// <summary>Accounts of the staff: made, changed, disabled, their passwords reset.</summary>
internal static class AccountSetup
{
    private const string Root = "/setup/accounts";

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, ListAsync).RequireRole(Role.Admin);
        pages.MapGet(Root + "/new", (Delegate)((HttpContext http) => PageAsync(http, null, FormState.Empty("account")))).RequireRole(Role.Admin);
        pages.MapGet(Root + "/{id}", async (string id, HttpContext http, AccountStore accounts) =>
            await accounts.ReadAsync(id, http.RequestAborted) is { } account ? await PageAsync(http, account, FormOf(account)) : Problems.NotFoundHere.ToResult()).RequireRole(Role.Admin);
        pages.MapPost(Root, CreateAsync).RequireRole(Role.Admin);
        pages.MapPost(Root + "/{id}", ChangeAsync).RequireRole(Role.Admin);
        Act("reset-password", (actions, http, id) => actions.ResetPasswordAsync(http, id));
        Act("disable", (actions, http, id) => actions.SetDisabledAsync(http, id, disabled: true));
        Act("enable", (actions, http, id) => actions.SetDisabledAsync(http, id, disabled: false));

        void Act(string name, Func<AccountActions, HttpContext, string, Task<AccountResult>> act) =>
            pages.MapPost($"{Root}/{{id}}/{name}", async (string id, HttpContext http, AccountStore accounts, AccountActions actions) =>
            {
                var form = await FormState.ReadAsync(http, name);
                if (await accounts.ReadAsync(id, http.RequestAborted) is not { } account)
                    return Problems.NotFoundHere.ToResult();
                var result = form.Refusal is { } stale ? stale : await act(actions, http, id);
                if (result.Account is not { } changed)
                    return await PageAsync(http, account, FormOf(account).Refused(result.Refusal!));
                return result.TemporaryPassword is null ? PageAnswers.SeeOther($"{Root}/{id}?done={name}") : await PageAsync(http, changed, FormOf(changed), result.TemporaryPassword);
            }).RequireRole(Role.Admin);
    }

    private static async Task<IResult> ListAsync(HttpContext http, AccountStore accounts, TimeProvider engine)
    {
        var page = await PageContext.OfAsync(http);
        IReadOnlyList<AccountView> all = [.. (await accounts.ListAsync(http.RequestAborted)).OrderBy(a => a.Disabled).Select(a => AccountView.Of(a, engine.GetUtcNow()))];
        return new PageResult<AccountsPage>(page, page.Texts["setup.accounts"], StatusCodes.Status200OK, ("Accounts", all), ("Done", http.Done()));
    }

    private static async Task<IResult> CreateAsync(HttpContext http, AccountActions actions)
    {
        var form = await FormState.ReadAsync(http, "account");
        if (form.Refusal is not null)
            return await PageAsync(http, null, form);
        var (role, position, wrong) = Words(form);
        if (wrong is not null)
            return await PageAsync(http, null, form.Refused(wrong));
        var result = await actions.CreateAsync(http, new(form["userName"], form["displayName"], role, form.Filled("unitId"), position), form.Filled("creation") ?? Guid.NewGuid().ToString("N"));
        return result.Account is { } account
            ? await PageAsync(http, account, FormOf(account), result.TemporaryPassword)
            : await PageAsync(http, null, form.Refused(result.Refusal!));
    }

    private static async Task<IResult> ChangeAsync(string id, HttpContext http, AccountStore accounts, AccountActions actions)
    {
        var form = await FormState.ReadAsync(http, "account");
        if (await accounts.ReadAsync(id, http.RequestAborted) is not { } account)
            return Problems.NotFoundHere.ToResult();
        if (form.Refusal is not null)
            return await PageAsync(http, account, form);
        var (role, position, wrong) = Words(form);
        wrong ??= form.Version() == account.Version ? null : Problems.SomebodyWasFaster;
        if (wrong is not null)
            return await PageAsync(http, account, form.Refused(wrong));
        var result = await actions.ChangeAsync(http, id, new(form["displayName"], role, form.Filled("unitId"), position));
        return result.Refusal is { } refusal ? await PageAsync(http, account, form.Refused(refusal)) : PageAnswers.SeeOther($"{Root}/{id}?done=saved");
    }

    private static (Role Role, Position? Position, Refusal? Wrong) Words(FormState form)
    {
        var check = new Check();
        var role = form.Word<Role>("role", check);
        var position = form.Word<Position>("position", check);
        if (form.Filled("role") is null)
            check.Missing("role");
        return (role ?? Role.Public, position, check.Refusal);
    }

    private static FormState FormOf(Account a) => SetupFields.Filled(
        "account", ("displayName", a.DisplayName), ("role", a.Role.Word()), ("unitId", a.UnitId), ("position", a.Position?.Word()));

    private static async Task<IResult> PageAsync(HttpContext http, Account? account, FormState form, string? temporary = null)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = account is null ? Root + "/new" : $"{Root}/{account.Id}";
        var view = account is null ? null : AccountView.Of(account, http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
        return new PageResult<AccountPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + (account?.DisplayName ?? page.Texts["accounts.new"]), form.Status,
            ("Account", view), ("Form", form), ("Version", account?.Version ?? 0), ("Temporary", temporary), ("Done", http.Done()));
    }
}
