using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Publishing;

/// <summary>The pages of those who publish and review notices, and the public catalogue of what is published.</summary>
internal static class PublishingPages
{
    public static IServiceCollection AddPublishingPages(this IServiceCollection services)
    {
        services.AddSingleton<NoticePreviews>();
        return services;
    }

    public static void Map(RouteGroupBuilder pages)
    {
        NoticePages.Map(pages);
        DeliveryPages.Map(pages);
        ComposePages.Map(pages);
        AudiencePages.Map(pages);
        MatterPages.Map(pages);
        DisclosureSetup.Map(pages);
    }
}
