using Microsoft.AspNetCore.Http;

namespace HotlinePush.Pages;

/// <summary>The languages of the pages; Chinese unless the reader asked for the other.</summary>
public enum Language { Chinese, English }

public static class Languages
{
    public const string Cookie = "hp_lang";
    public const string Query = "lang";
    private static readonly TimeSpan Kept = TimeSpan.FromDays(365);

    public static string Tag(this Language language) => language == Language.English ? "en" : "zh-CN";

    /// <summary>By <c>?lang=</c>, which is then remembered in a cookie, else by the cookie.</summary>
    public static Language Of(HttpContext http)
    {
        var asked = http.Request.Query[Query].ToString();
        if (Parse(asked) is { } wanted)
        {
            http.Response.Cookies.Append(Cookie, asked, new() { MaxAge = Kept, HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, IsEssential = true });
            return wanted;
        }

        return Parse(http.Request.Cookies[Cookie]) ?? Language.Chinese;
    }

    private static Language? Parse(string? word) => word switch { "en" => Language.English, "zh" => Language.Chinese, _ => null };
}
