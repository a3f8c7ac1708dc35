namespace HotlinePush.Knowledge;

public static class KnowledgeSetup
{
    public static IServiceCollection AddHotlineKnowledge(this IServiceCollection services)
    {
        services.AddSingleton<KnowledgeStore>();
        services.AddSingleton<KnowledgeVotes>();
        services.AddSingleton<KnowledgeSource>();
        services.AddSingleton<KnowledgeSearch>();
        services.AddSingleton<KnowledgeActions>();
        return services;
    }
}
