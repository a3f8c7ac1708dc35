using HotlinePush.Channels;
using HotlinePush.Channels.Email;
using HotlinePush.Channels.Twilio;
using HotlinePush.Inbound;
using HotlinePush.Inbound.Sms;
using HotlinePush.Notices;
using HotlinePush.Notices.Sending;
using HotlinePush.Operations;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Providers;

public static class MailAndTwilio
{
    /// <summary>E-mail and Twilio, each where its settings are given, after the host's other providers: they are tried in that order.</summary>
    /// <exception cref="ProviderSettingsException">A setting is missing or wrong.</exception>
    public static IServiceCollection AddMailAndTwilio(this IServiceCollection services, IConfiguration configuration, SiteAddress site)
    {
        var settings = MailAndTwilioSettings.Read(configuration, site);
        if (settings.Smtp is { } smtp)
            services.AddSingleton<IDeliveryChannel>(s => ActivatorUtilities.CreateInstance<SmtpDeliveries>(s, smtp));
        if (settings.Twilio is { } twilio)
        {
            services.AddSingleton<IDeliveryChannel>(s => ActivatorUtilities.CreateInstance<TwilioDeliveries>(s, twilio));
            services.AddSingleton(TwilioTokens.Of(twilio));
            services.AddSingleton<IInboundMedia>(new TwilioMedia(twilio));
        }

        if (settings is { Imap: { } imap, Smtp.ReturnPath: { } returnPath })
        {
            services.AddSingleton<ApplyReceipt>(s => (attempt, state, code, ct) => s.GetRequiredService<DeliveryReceipts>().ApplyAsync(attempt, state, code, ct));
            services.AddSingleton(s => ActivatorUtilities.CreateInstance<BounceMailbox>(s, imap, returnPath));
            services.AddSingleton(s => new TimedRun(TimedRuns.ReadBounces, s.GetRequiredService<BounceMailbox>().Every, s.GetRequiredService<BounceMailbox>().RunAsync) { BySetting = true });
        }

        return services;
    }
}
