using HotlinePush.Channels;
using HotlinePush.Notices;
#if PROVIDERS
using HotlinePush.Providers;
#endif

namespace HotlinePush.Local;

/// <summary>What <c>-p:Providers=true</c> adds to a build: MailKit and Twilio.</summary>
internal static class ProvidersOfThisBuild
{
    /// <exception cref="ProviderSettingsException">A setting is missing or wrong, or this build has no provider for it.</exception>
    public static void AddTo(IServiceCollection services, IConfiguration configuration, SiteAddress site)
    {
#if PROVIDERS
        services.AddMailAndTwilio(configuration, site);
#else
        MailAndTwilioSettings.RefuseIfGiven(configuration);
#endif
    }
}
