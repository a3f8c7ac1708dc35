using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Web;

/// <summary>An answer as it goes over the wire, so that it can be kept and given again byte for byte.</summary>
public sealed record Reply(int Status, ReadOnlyMemory<byte> Body, string ContentType, string? ETag = null, string? Location = null) : IResult
{
    public static Reply Json(int status, object body, long? version = null, string? location = null) => new(
        status, JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), WireJson.Options), "application/json; charset=utf-8",
        version is { } v ? Versions.ToETag(v) : null, location);

    public static Reply Created(object body, string location, long? version = null) => Json(StatusCodes.Status201Created, body, version, location);

    public static Reply Accepted(object body, string? location = null) => Json(StatusCodes.Status202Accepted, body, null, location);

    public static Reply Refused(Refusal refusal)
    {
        var problem = Problem.Of(refusal);
        return new(problem.Status, JsonSerializer.SerializeToUtf8Bytes(problem, WireJson.Options), Problem.MediaType);
    }

    public async Task ExecuteAsync(HttpContext http)
    {
        var response = http.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        if (ETag is not null)
            response.Headers.ETag = ETag;
        if (Location is not null)
            response.Headers.Location = Location;
        response.ContentLength = Body.Length;
        await response.Body.WriteAsync(Body, http.RequestAborted);
    }
}
