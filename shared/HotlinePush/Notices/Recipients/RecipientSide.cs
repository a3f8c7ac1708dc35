using HotlinePush.Messaging;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Notices.Recipients;

/// <summary>The recipient's side of notices, put together once for every host.</summary>
public static class RecipientSide
{
    public static IServiceCollection AddRecipientSide(this IServiceCollection services)
    {
        services.AddSingleton<SentNotices>();
        services.AddSingleton<DeliveryMarks>();
        services.AddSingleton<RecipientNotices>();
        services.AddSingleton<LookupCodes>();
        services.AddSingleton<LookupTokens>();
        services.AddSingleton<NoticeLookup>();
        services.AddSingleton<NoticeCopies>();
        services.AddSingleton<NoticeQuestions>();
        services.AddSingleton<Unsubscribing>();
        services.AddSingleton<CallerNotices>();
        services.AddSingleton<Letters>();
        services.AddSingleton<VisitList>();
        return services;
    }

    public static MessageCatalogue AddLookupMessages(this MessageCatalogue catalogue) => catalogue
        .Add<SendLookupCode, LookupCodes>(LookupCodes.SendType, Queues.People, LookupCodes.Retry, (h, m, ct) => h.HandleAsync(m, ct))
        .Add<EndLookup, LookupCodes>(LookupCodes.EndType, Queues.People, LookupCodes.Retry, (h, m, ct) => h.HandleAsync(m, ct));

    public static void Map(RouteGroupBuilder api)
    {
        LookupEndpoints.Map(api);
        CopyEndpoints.Map(api);
        ReplyEndpoints.Map(api);
        CallerNoticeEndpoints.Map(api);
        NoticePapers.Map(api);
    }
}
