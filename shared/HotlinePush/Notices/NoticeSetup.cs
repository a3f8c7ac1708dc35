using HotlinePush.Audiences;
using HotlinePush.Notices.Matters;
using HotlinePush.Notices.Recipients;
using HotlinePush.Notices.Sending;
using HotlinePush.Notices.Templates;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Notices;

public static class NoticeSetup
{
    /// <summary>Notices, and what sending stands on.</summary>
    public static IServiceCollection AddHotlineNotices(this IServiceCollection services)
    {
        services.TryAddSingleton(new SiteAddress("http://127.0.0.1:7071"));
        services.TryAddSingleton(new NoticePrices());
        services.TryAddSingleton(new NoticePolicy());
        services.AddSingleton<DisclosureSource>();
        services.AddSingleton<MatterStore>();
        services.AddSingleton<NoticeStore>();
        services.AddSingleton<NoticeActions>();
        services.AddSingleton<NoticeDryRuns>();
        services.AddSingleton<NoticeComposer>();
        services.AddSingleton<TemplateRegister>();
        services.AddSingleton<OptOuts>();
        services.AddSingleton<LeftOut>();
        services.AddRecipientSide();
        services.AddSingleton<DeliveryReading>();
        services.AddSingleton<INoticeHeads, NoticeHeads>();
        // Asked for when first needed: whom a correction leaves out is known by sending, which asks for it.
        services.AddSingleton<FindLeftOut>(s => (notice, page, ct) => s.GetRequiredService<LeftOut>().FindAsync(notice, page, ct));
        services.AddSingleton<ComposeText>(s => s.GetRequiredService<NoticeComposer>().Compose);
        services.AddSingleton<ReadListPage>(s => async (audience, version, page, ct) =>
            await s.GetRequiredService<AudienceStore>().ReadPageAsync(audience, version, page, ct) ?? new(page, []));
        return services.AddNoticeSending();
    }
}
