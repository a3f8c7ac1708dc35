using HotlinePush.Web;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Inbound.Open311;

public static class Open311Setup
{
    public static IServiceCollection AddOpen311(this IServiceCollection services, bool demo)
    {
        services.TryAddSingleton(s => Open311Settings.Read(s.GetService<IConfiguration>(), demo));
        services.TryAddSingleton<PublishedTickets>();
        services.AddSingleton(new ErrorForm(Open311Endpoints.Root, Open311Format.WriteProblemAsync));
        return services;
    }
}
