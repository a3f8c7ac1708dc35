using Microsoft.AspNetCore.Http;

namespace HotlinePush.Pages;

/// <summary>The large-print edition 大字版: every page half as large again, by <c>?print=large</c>, which is then remembered in a cookie.</summary>
public static class LargePrint
{
    public const string Query = "print";
    private const string Cookie = "hp_print";
    private static readonly TimeSpan Kept = TimeSpan.FromDays(365);

    public static bool Of(HttpContext http)
    {
        var asked = http.Request.Query[Query].ToString();
        if (asked is not ("large" or "normal"))
            return http.Request.Cookies[Cookie] == "large";
        http.Response.Cookies.Append(Cookie, asked, new() { MaxAge = Kept, HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, IsEssential = true });
        return asked == "large";
    }
}
