using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.SignIn;

/// <summary>One's own account: who one is here, what one may do, and the password.</summary>
internal static class AccountPages
{
    public const string Home = "/account";
    public const string Password = "/account/password";

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Home, HomeAsync).AnyKey();
        pages.MapGet(Password, (HttpContext http, AccountStore accounts) => ShowAsync(
            http, accounts, FormState.Empty("password") with { Values = new Dictionary<string, string> { ["to"] = http.Request.Query["to"].ToString() } }))
            .AnyKey().WithMetadata(new BeforePasswordChange());
        pages.MapPost(Password, ChangeAsync).AnyKey().WithMetadata(new BeforePasswordChange());
    }

    private static async Task<IResult> HomeAsync(HttpContext http, AccountStore accounts)
    {
        var page = await PageContext.OfAsync(http);
        return new PageResult<AccountHomePage>(
            page, page.Texts["account.heading"], StatusCodes.Status200OK, ("Account", await accounts.ReadAsync(page.Actor.Id, http.RequestAborted)), ("Done", Done(http)));
    }

    private static async Task<IResult> ShowAsync(HttpContext http, AccountStore accounts, FormState form)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Password;
        if (await accounts.ReadAsync(page.Actor.Id, http.RequestAborted) is not { } account)
            return PageAnswers.SeeOther(Home);
        return new PageResult<PasswordPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["password.heading"], form.Status, ("Form", form), ("Account", account));
    }

    private static async Task<IResult> ChangeAsync(HttpContext http, AccountStore accounts, AccountSignIn signIn, PageSessions sessions, CodeGuesses guesses, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "password");
        var actor = http.GetActor();
        // Who came by a key has no password.
        if (await accounts.ReadAsync(actor.Id, ct) is not { } account)
            return Problems.NotFoundHere.ToResult();
        if (form.Refusal is not null)
            return await ShowAsync(http, accounts, form);
        var fields = await http.Request.ReadFormAsync(ct);
        var (current, chosen, again) = (fields["current"].ToString(), fields["chosen"].ToString(), fields["again"].ToString());
        var wrong = current.Length == 0 ? new Check().Missing("current").Refusal
            : AccountRules.Password(chosen, account, "chosen")
            ?? (chosen == current ? new Check().Add("chosen", "passwordSame", "新密码不可与现在的相同。").Result() : null)
            ?? (chosen != again ? new Check().Add("again", "passwordsDiffer", "两次输入的新密码不一致。").Result() : null);
        if (wrong is not null)
            return await ShowAsync(http, accounts, form.Refused(wrong with { Code = "invalid" }));
        var address = http.ClientAddressKey();
        if (await guesses.CheckSignInAsync(address, ct) is { } throttled)
            return await ShowAsync(http, accounts, form.Refused(throttled));
        if (current.Length > AccountRules.MaxPassword || await signIn.TryAsync(account.UserName, current, ct) is null)
        {
            await guesses.CountSignInAsync(address, ct);
            return await ShowAsync(http, accounts, form.Refused(Refusal.Of("badSignIn", "current", "现在的密码不对。") with { Code = "invalid" }));
        }

        var changed = (await signIn.SetAsync(account.Id, chosen, mustChange: false, ct))!;
        await http.TraceAsync("passwordChanged", account.Id, account.UserName);
        // All other sessions are over; this one goes on under the new stamp.
        await sessions.BeginAsync(http, changed);
        return PageAnswers.SeeOther(form.Filled("to") is { } to && LocalAddress.IsLocal(to) ? SiteMap.NextOf(changed.Role, to) : Home + "?done=password");
    }

    private static string? Done(HttpContext http) => http.Request.Query["done"] == "password" ? "password" : null;
}
