using System.Text.Encodings.Web;
using System.Text.Unicode;
using HotlinePush.Pages.Consultations;
using HotlinePush.Pages.Desk;
using HotlinePush.Pages.Disclosure;
using HotlinePush.Pages.KnowledgeBase;
using HotlinePush.Pages.Publishing;
using HotlinePush.Pages.Recipients;
using HotlinePush.Pages.Residents;
using HotlinePush.Pages.Setup;
using HotlinePush.Pages.SignIn;
using HotlinePush.Pages.Supervision;
using HotlinePush.Pages.Topics;
using HotlinePush.Pages.UnitWork;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace HotlinePush.Pages;

/// <summary>The pages, put together once for every host.</summary>
public static class PageRegistration
{
    public static IServiceCollection AddHotlinePages(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("HotlinePush");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, ProtectionSettings>();
        services.AddAntiforgery(o =>
        {
            o.FormFieldName = "token";
            o.Cookie.Name = "hp_form";
            o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            o.SuppressXFrameOptionsHeader = true;
        });
        // Chinese as it is: escaped, a page would be twice as long.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddSingleton<PageSessions>();
        services.AddSingleton<CallHintsReading>();
        services.AddSingleton<ReadyAnswers>();
        services.AddPublishingPages();
        services.AddSingleton<FindSession>(s => s.GetRequiredService<PageSessions>().FindAsync);
        services.AddSingleton<WriteErrorPage>(_ => PageErrors.WriteAsync);
        return services;
    }

    public static void MapHotlinePages(this IEndpointRouteBuilder routes)
    {
        SiteAssets.Map(routes);
        var pages = routes.MapGroup("").ExcludeFromDescription();
        ResidentPages.Map(pages);
        DisclosurePages.Map(pages);
        RecipientPages.Map(pages);
        UnitPages.Map(pages);
        DeskPages.Map(pages);
        KnowledgePages.Map(pages);
        SupervisionPages.Map(pages);
        TopicPages.Map(pages);
        SignInPages.Map(pages);
        SetupPages.Map(pages);
        PublishingPages.Map(pages);
        ConsultationPages.Map(pages);
        pages.MapGet("/glossary", async (HttpContext http) =>
        {
            var page = await PageContext.OfAsync(http);
            return new PageResult<GlossaryPage>(page, page.Texts["glossary.heading"]) { MayBeShownAgain = true };
        }).Public();
    }
}

internal static class PageErrors
{
    /// <summary>A reader who is not signed in is shown the way to the page that was asked for; everything else is said in words.</summary>
    public static Task WriteAsync(HttpContext http, Problem problem)
    {
        if (problem.Code == "keyRequired" && HttpMethods.IsGet(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status302Found;
            http.Response.ContentType = null;
            http.Response.Headers.WWWAuthenticate = default;
            http.Response.Headers.Location = PageLinks.SignIn(http.Request.Path + http.Request.QueryString);
            return Task.CompletedTask;
        }

        if (problem.Code == "passwordChangeNeeded")
        {
            http.Response.ContentType = null;
            var here = HttpMethods.IsGet(http.Request.Method) ? QueryString.Create("to", http.Request.Path + http.Request.QueryString).Value : "";
            return PageAnswers.SeeOther(AccountPages.Password + here).ExecuteAsync(http);
        }

        var page = PageContext.WithoutStore(http);
        return new PageResult<ErrorPage>(page, page.Language == Language.Chinese ? problem.Title : problem.TitleEn, problem.Status, ("Problem", problem)).ExecuteAsync(http);
    }
}
