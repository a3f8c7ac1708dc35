using HotlinePush.Messaging;
using HotlinePush.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HotlinePush.Web;

/// <summary>Every error leaves with a code: exceptions, and the bare statuses that routing and middleware set.</summary>
internal sealed class ErrorAnswers(RequestDelegate next, ILogger<ErrorAnswers> log)
{
    private const int RetryAfterSeconds = 5;
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            if (!http.Response.HasStarted)
                http.Response.StatusCode = ClientClosedRequest;
            return;
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            var answer = AnswerTo(e);
            Forget(http.Response);
            await answer.ExecuteAsync(http);
            return;
        }

        if (http.Response.HasStarted || http.Response.StatusCode < 400 || http.Response.ContentLength > 0 || http.Response.ContentType is { Length: > 0 })
            return;
        if (http.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
        {
            http.Response.Headers.Allow = HeadAndOptions.Complete(http.Response.Headers.Allow.ToString());
            if (HttpMethods.IsOptions(http.Request.Method))
            {
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }
        }

        await Problems.ToResult(Bare(http.Response.StatusCode)).ExecuteAsync(http);
    }

    private ProblemResult AnswerTo(Exception e)
    {
        switch (e)
        {
            // InvalidDataException: the form reader's word for a body that breaks its limits or is no form.
            case BadHttpRequestException bad:
                return new(Bare(bad.StatusCode));
            // An IOException thrown by that reader itself: a form that ends before its last boundary.
            case InvalidDataException:
            case IOException { Source: "Microsoft.AspNetCore.WebUtilities" }:
                return new(new("badForm", "表单内容无法读取，请检查格式与大小。"));
        }

        var id = Guid.NewGuid().ToString("N");
        if (e is TableStoreException or MessageBusException)
        {
            log.LogError(e, "A port is out of order; answered 503 under {ErrorId}.", id);
            return new(new(Problems.StoreUnavailable, "系统暂时无法存取数据，请稍后重试；未收到成功答复的内容未必已保存。"), RetryAfterSeconds, id);
        }

        log.LogError(e, "Unexpected error; answered 500 under {ErrorId}.", id);
        return new(new(Problems.InternalError, "系统内部错误，请稍后重试并告知错误编号。"), errorId: id);
    }

    private static Refusal Bare(int status) => new(Problems.CodeOf(status), status switch
    {
        400 => "请求无法理解，请检查地址参数与内容。",
        401 => "请登录，或在 Authorization 中提供密钥。",
        404 => Problems.NotFoundHere.Message,
        405 => "此地址不支持该方法，可用方法见 Allow。",
        413 => "内容超过大小上限。",
        415 => "请以 application/json（UTF-8）提交。",
        429 => "请求过于频繁，请稍后重试。",
        >= 500 => "系统暂时不可用，请稍后重试。",
        _ => "请求被拒绝。",
    });

    // What a half-made answer left behind must not describe the error: its ETag, its Location, its length.
    private static void Forget(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentLength = null;
        headers.ContentType = default;
        headers.ETag = default;
        headers.Location = default;
        headers.LastModified = default;
    }
}
