using System.Reflection;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace HotlinePush.Web;

/// <summary>An argument of an endpoint that was read from the request, or says why it could not be.</summary>
public interface IBound
{
    Refusal? Refusal { get; }
}

/// <summary>
/// The body of a request as a <typeparamref name="T"/>, strictly read: every unknown, missing or mistyped field is named.
/// No body at all counts as <c>{}</c>. In a group made by <c>MapHotlineGroup</c> a bad body is answered before the endpoint runs.
/// </summary>
/// <remarks>
/// A field is required where the constructor parameter has no default, or the property is <c>required</c>; it may be null where its type says so.
/// </remarks>
public sealed class JsonBody<T> : IBound, IEndpointParameterMetadataProvider
{
    private readonly T? _value;

    private JsonBody(T? value, Refusal? refusal) => (_value, Refusal) = (value, refusal);

    public Refusal? Refusal { get; }

    /// <exception cref="InvalidOperationException">There is a <see cref="Refusal"/>: the endpoint stands outside the group that answers it.</exception>
    public T Value => Refusal is null ? _value! : throw new InvalidOperationException($"The body was refused: {Refusal.Code}.");

    public static async ValueTask<JsonBody<T>> BindAsync(HttpContext http, ParameterInfo parameter) => await ReadAsync(http);

    public static async ValueTask<JsonBody<T>> ReadAsync(HttpContext http)
    {
        var bytes = await RequestBytes.ReadAsync(http);
        if (bytes.Length > 0 && !IsJson(http.Request))
            return new(default, new("unsupportedMediaType", "请以 application/json（UTF-8）提交。"));
        return Parse(bytes);
    }

    public static JsonBody<T> Parse(ReadOnlyMemory<byte> bytes)
    {
        var check = new Check();
        var value = JsonText.Parse(bytes, typeof(T), check, out var refusal);
        return new((T?)value, refusal);
    }

    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new JsonBodyMetadata(typeof(T)));

    internal static bool IsJson(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0 || !MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            return false;
        return type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>For OpenAPI: what the body is.</summary>
internal sealed record JsonBodyMetadata(Type Type);

internal static class JsonText
{
    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = WireJson.MaxDepth,
    };

    private static readonly byte[] Nothing = "{}"u8.ToArray();

    public static object? Parse(ReadOnlyMemory<byte> bytes, Type type, Check check, out Refusal? refusal)
    {
        // Some clients put a byte order mark before UTF-8; it means nothing.
        if (bytes.Span.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        if (!Utf8.IsValid(bytes.Span))
        {
            refusal = new("badEncoding", "内容不是有效的 UTF-8，请转换编码后再提交。");
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(bytes.IsEmpty ? Nothing : bytes, Strict);
            JsonShape.Compare(json.RootElement, type, check);
            refusal = check.Refusal;
            return refusal is null ? json.Deserialize(type, WireJson.Options) : null;
        }
        catch (JsonException e)
        {
            refusal = e.Message.Contains("uplicate", StringComparison.Ordinal)
                ? new("duplicateField", "同一字段出现了两次。")
                : new("badJson", string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"不是有效的 JSON（第 {e.LineNumber + 1 ?? 1} 行附近）；嵌套最多 {WireJson.MaxDepth} 层，不可有注释和多余的逗号。"));
            return null;
        }
        catch (InvalidOperationException) when (check.Ok)
        {
            // The reader's answer to a field name with half a surrogate pair.
            refusal = new("badText", "字段名含有不完整的字符。");
            return null;
        }
    }
}

/// <summary>The raw body, read once; the idempotency check and the binder share it.</summary>
public static class RequestBytes
{
    private sealed record Read(ReadOnlyMemory<byte> Bytes);

    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext http)
    {
        if (http.Features.Get<Read>() is { } read)
            return read.Bytes;
        using var buffer = new MemoryStream((int)Math.Clamp(http.Request.ContentLength ?? 0, 0, BodyLimit.DefaultBytes));
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        http.Features.Set(new Read(bytes));
        return bytes;
    }
}
