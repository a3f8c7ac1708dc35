using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace HotlinePush.Web;

/// <summary>A whole collection, in the shape in which a list is answered.</summary>
/// <param name="Next">Taken so that an answer can be sent back as it came; one that is not null belongs to a single page of several.</param>
public sealed record WholeCollection<T>(IReadOnlyList<T> Items, string? Next = null);

/// <summary>The body of a PUT that replaces a collection: <c>{ items: […] }</c>, or the array alone. Errors stand under <c>items[n]</c> either way.</summary>
public sealed class CollectionBody<T> : IBound, IEndpointParameterMetadataProvider
{
    private static readonly byte[] Before = "{\"items\":"u8.ToArray();
    private readonly IReadOnlyList<T>? _items;

    private CollectionBody(IReadOnlyList<T>? items, Refusal? refusal) => (_items, Refusal) = (items, refusal);

    public Refusal? Refusal { get; }

    public IReadOnlyList<T> Items => _items ?? throw new InvalidOperationException($"The body was refused: {Refusal?.Code}.");

    public static async ValueTask<CollectionBody<T>> BindAsync(HttpContext http, ParameterInfo parameter) => await ReadAsync(http);

    public static async ValueTask<CollectionBody<T>> ReadAsync(HttpContext http)
    {
        var bytes = await RequestBytes.ReadAsync(http);
        if (!IsArray(bytes.Span) || !JsonBody<T>.IsJson(http.Request))
            return Of(await JsonBody<WholeCollection<T>>.ReadAsync(http));
        return Of(JsonBody<WholeCollection<T>>.Parse((byte[])[.. Before, .. WithoutMark(bytes).Span, (byte)'}']));
    }

    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new JsonBodyMetadata(typeof(WholeCollection<T>)));

    private static CollectionBody<T> Of(JsonBody<WholeCollection<T>> body)
    {
        if (body.Refusal is { } refusal)
            return new(null, refusal);
        // Sending one page back would silently drop all the others.
        return body.Value.Next is null
            ? new(body.Value.Items, null)
            : new(null, Refusal.Of("badValue", "next", "这只是列表的一页；请读完各页，合并后整体提交。"));
    }

    private static bool IsArray(ReadOnlySpan<byte> bytes) =>
        (bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes).TrimStart(" \t\r\n"u8) is [(byte)'[', ..];

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) => bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
}
