using HotlinePush.Messaging;

namespace HotlinePush.Comments;

public static class CommentsSetup
{
    public static IServiceCollection AddHotlineComments(this IServiceCollection services)
    {
        services.AddSingleton<ConsultationStore>();
        services.AddSingleton<ConsultationActions>();
        services.AddSingleton<CommentStore>();
        services.AddSingleton<CommentIntake>();
        services.AddSingleton<CommentMessages>();
        services.AddSingleton<CommentActions>();
        services.AddSingleton<CommentCsv>();
        return services;
    }

    public static MessageCatalogue AddCommentMessages(this MessageCatalogue catalogue)
    {
        var quick = new RetryRule(10, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        // A code that comes later than its own end is of no use.
        var code = new RetryRule(8, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
        return catalogue
            .Add<CommentDue, CommentMessages>(CommentMessages.CodeType, Queues.People, code, (h, m, ct) => h.SendCodeAsync(m, ct))
            .Add<CommentDue, CommentMessages>(CommentMessages.EndType, Queues.Tickets, quick, (h, m, ct) => h.EndAsync(m, ct))
            .Add<CommentDue, CommentMessages>(CommentMessages.AlarmType, Queues.Tickets, quick, (h, m, ct) => h.RaiseAsync(m, ct))
            .Add<SpreadDecision, CommentActions>(CommentActions.SpreadType, Queues.Jobs, quick, (h, m, ct) => h.HandleAsync(m, ct));
    }
}
