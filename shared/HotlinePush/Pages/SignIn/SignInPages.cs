using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.SignIn;

/// <summary>Signing in by account or key, and out.</summary>
internal static class SignInPages
{
    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/sign-in", (Delegate)FormAsync).Public();
        pages.MapPost("/sign-in", SignInAsync).Public();
        pages.MapPost("/sign-out", SignOutAsync).Public();
        AccountPages.Map(pages);
    }

    private static async Task<IResult> FormAsync(HttpContext http)
    {
        var to = http.Request.Query["to"].ToString();
        return Page(await PageContext.OfAsync(http), FormState.Empty("sign-in") with { Values = new Dictionary<string, string> { ["to"] = LocalAddress.IsLocal(to) ? to : "" } });
    }

    private static async Task<IResult> SignInAsync(
        HttpContext http, FindKeyHolder find, AccountSignIn accounts, PageSessions sessions, CodeGuesses guesses, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var form = await FormState.ReadAsync(http, "sign-in");
        page.Here = PageLinks.SignIn(form["to"]);
        if (form.Refusal is not null)
            return Page(page, form);
        if ((form.Values.ContainsKey("key") ? Empty(form, "key") : Empty(form, "userName", "password")) is { } missing)
            return Page(page, form.Refused(missing));
        var address = http.ClientAddressKey();
        if (await guesses.CheckSignInAsync(address, ct) is { } throttled)
            return Page(page, form.Refused(throttled));

        if (form.Filled("key") is { } key)
        {
            if (key.Length <= 256 && await find(key, ct) is { Role: not Role.Platform } actor)
            {
                await sessions.BeginAsync(http, actor);
                return PageAnswers.SeeOther(SiteMap.NextOf(actor.Role, form["to"]));
            }

            await guesses.CountSignInAsync(address, ct);
            return Page(page, form.Refused(Refusal.Of("badKey", "key", "密钥不对，或已被吊销。")));
        }

        // Passwords are taken as they are typed: FormState trims, and a blank at the end may be part of one.
        var password = (await http.Request.ReadFormAsync(ct))["password"].ToString();
        var account = password.Length <= AccountRules.MaxPassword && form["userName"].Length <= AccountRules.MaxName ? await accounts.TryAsync(form["userName"], password, ct) : null;
        if (account is null)
        {
            await guesses.CountSignInAsync(address, ct);
            return Page(page, form.Refused(new("badSignIn", "用户名或密码不对，或者账号已停用、被锁定。连续输错 5 次，账号锁定 15 分钟；忘记密码请找管理员。")));
        }

        await sessions.BeginAsync(http, account);
        var next = SiteMap.NextOf(account.Role, form["to"]);
        return PageAnswers.SeeOther(account.MustChange ? AccountPages.Password + QueryString.Create("to", next) : next);
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, PageSessions sessions, PlatformIdentity platform)
    {
        var form = await FormState.ReadAsync(http, "sign-out");
        if (form.Refusal is { } refusal)
            return refusal.ToResult();
        await sessions.EndAsync(http);
        return PageAnswers.SeeOther(platform.IsTold(http) ? "/.auth/logout" : "/");
    }

    private static Refusal? Empty(FormState form, params string[] fields)
    {
        var check = new Check();
        foreach (var field in fields)
            if (form.Filled(field) is null)
                check.Missing(field);
        return check.Refusal;
    }

    private static PageResult<SignInPage> Page(PageContext page, FormState form) =>
        new(page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["signIn.heading"], form.Status, ("Form", form));
}
