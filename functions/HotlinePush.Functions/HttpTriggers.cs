using HotlinePush.Web;

namespace HotlinePush.Functions;

/// <summary>Every request goes into the one pipeline. Each way in has a trigger of its own, to be watched and switched off by itself.</summary>
public sealed class HttpTriggers(SharedPipeline pipeline)
{
    [Function(nameof(InboundAliyun))]
    public Task<IResult> InboundAliyun([HttpTrigger(AuthorizationLevel.Anonymous, Route = Intakes.InboundAliyun)] HttpRequest request, CancellationToken ct) => AnswerAsync(request, ct);

    [Function(nameof(InboundCalls))]
    public Task<IResult> InboundCalls([HttpTrigger(AuthorizationLevel.Anonymous, Route = Intakes.InboundCalls)] HttpRequest request, CancellationToken ct) => AnswerAsync(request, ct);

    [Function(nameof(InboundTwilio))]
    public Task<IResult> InboundTwilio([HttpTrigger(AuthorizationLevel.Anonymous, Route = Intakes.InboundTwilio)] HttpRequest request, CancellationToken ct) => AnswerAsync(request, ct);

    [Function(nameof(InboundWeChat))]
    public Task<IResult> InboundWeChat([HttpTrigger(AuthorizationLevel.Anonymous, Route = Intakes.InboundWeChat)] HttpRequest request, CancellationToken ct) => AnswerAsync(request, ct);

    [Function(nameof(IngestComments))]
    public Task<IResult> IngestComments([HttpTrigger(AuthorizationLevel.Anonymous, Route = Intakes.IngestComments)] HttpRequest request, CancellationToken ct) => AnswerAsync(request, ct);

    [Function(nameof(IngestTickets))]
    public Task<IResult> IngestTickets([HttpTrigger(AuthorizationLevel.Anonymous, Route = Intakes.IngestTickets)] HttpRequest request, CancellationToken ct) => AnswerAsync(request, ct);

    [Function(nameof(Lookup))]
    public Task<IResult> Lookup([HttpTrigger(AuthorizationLevel.Anonymous, Route = Intakes.Lookup)] HttpRequest request, CancellationToken ct) => AnswerAsync(request, ct);

    [Function(nameof(Notices))]
    public Task<IResult> Notices([HttpTrigger(AuthorizationLevel.Anonymous, Route = Intakes.Notices)] HttpRequest request, CancellationToken ct) => AnswerAsync(request, ct);

    [Function(nameof(Open311))]
    public Task<IResult> Open311([HttpTrigger(AuthorizationLevel.Anonymous, Route = Intakes.Open311)] HttpRequest request, CancellationToken ct) => AnswerAsync(request, ct);

    [Function(nameof(Pages))]
    public Task<IResult> Pages([HttpTrigger(AuthorizationLevel.Anonymous, Route = Intakes.Pages)] HttpRequest request, CancellationToken ct) => AnswerAsync(request, ct);

    private async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken ct)
    {
        await pipeline.AnswerAsync(request.HttpContext, ct);
        return Results.Empty;
    }
}
