using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace HotlinePush.Pages;

/// <summary>What every page of one request knows: who reads it, in which language, when.</summary>
public sealed class PageContext
{
    private readonly HttpContext _http;
    private AntiforgeryTokenSet? _tokens;

    private PageContext(HttpContext http, Language language, City? city, DateTimeOffset now)
    {
        _http = http;
        Language = language;
        Large = LargePrint.Of(http);
        City = city;
        Texts = Texts.In(language);
        Moments = new(Texts, now);
        Here = http.Request.Path + http.Request.QueryString.Value;
    }

    public Language Language { get; }

    /// <summary>In large print.</summary>
    public bool Large { get; }
    public Texts Texts { get; }
    public Moments Moments { get; }

    /// <summary>Null on an error page, which must not need the store.</summary>
    public City? City { get; }

    public Actor Actor => _http.GetActor();

    /// <summary>Path and query under which this page can be read again. A page shown in answer to a form says so itself.</summary>
    public string Here { get; set; }

    /// <summary>Whether the page has something for the script to do; a page without is one request, and one for the style the first time.</summary>
    public bool Script { get; set; } = true;

    public string CityName => City?.Areas.FirstOrDefault(a => a.ParentId is null)?.Name ?? "";

    /// <summary>Made on the first form of the page: pages without forms set no cookie.</summary>
    public AntiforgeryTokenSet Tokens => _tokens ??= _http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(_http);

    /// <summary>This page in the other language.</summary>
    public string OtherLanguage => With(Languages.Query, Language == Language.English ? "zh" : "en");

    /// <summary>This page in the other size of print.</summary>
    public string OtherPrint => With(LargePrint.Query, Large ? "normal" : "large");

    private string With(string name, string value)
    {
        var cut = Here.IndexOf('?');
        var query = QueryString.FromUriComponent(cut < 0 ? "" : Here[cut..]);
        var kept = new QueryBuilder(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query.Value).Where(q => q.Key != name && q.Key is not (Languages.Query or LargePrint.Query or "done")))
        {
            { name, value },
        };
        return (cut < 0 ? Here : Here[..cut]) + kept;
    }

    public string Absolute(string pathAndQuery) => $"{_http.Request.Scheme}://{_http.Request.Host}{pathAndQuery}";

    public static async ValueTask<PageContext> OfAsync(HttpContext http)
    {
        var city = await http.RequestServices.GetRequiredService<CitySource>().GetAsync(http.RequestAborted);
        return new(http, Languages.Of(http), city, http.RequestServices.GetRequiredService<ProductClock>().GetUtcNow());
    }

    public static PageContext WithoutStore(HttpContext http) =>
        new(http, Languages.Of(http), null, http.RequestServices.GetRequiredService<ProductClock>().GetUtcNow());
}
