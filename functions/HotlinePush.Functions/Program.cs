using HotlinePush;
using HotlinePush.Azure;
using HotlinePush.Channels;
using HotlinePush.Functions;
using HotlinePush.Messaging;
using HotlinePush.Notices;
using HotlinePush.Operations;
using HotlinePush.Providers;
using HotlinePush.Records;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

// The same system as on a laptop; the platform drives it: requests, queues and timers come through the triggers beside this file.
try
{
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    var (services, configuration) = (builder.Services, builder.Configuration);

    var site = SiteAddress.Required(configuration);
    services.AddHotlineCloud(configuration);
    services.AddSingleton(site);
    services.AddSingleton(NoticePolicy.Read(configuration));
    services.AddSingleton(RetentionPolicy.Read(configuration));
    services.AddHotlineProduct(demo: false);
    services.AddHotlineProviders(configuration);
    services.AddMailAndTwilio(configuration, site);
    services.AddHotlineWeb(WebSettings.Read(configuration) + PlatformNetworks.TrustUnlessTold);
    services.AddHotlineTelemetry(configuration, ApplicationInsights.Of(configuration));
    services.AddSingleton(s => new SharedPipeline(s, routes => routes.MapProduct(), Intakes.SwitchedOff(configuration)));
    services.AddSingleton(QueuePlaces.Read(configuration));
    services.AddSingleton<QueueSettler>();
    WarmUp.AddTo(services);
    // It reads keys from the store before the next service starts, and the server would wait for a store that does not answer. They are read when first needed as well.
    foreach (var eager in services.Where(s => s.ImplementationType?.Name == "DataProtectionHostedService").ToList())
        services.Remove(eager);

    await builder.Build().RunAsync();
    return 0;
}
catch (Exception e) when (e is ProviderSettingsException or KeyFileException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
