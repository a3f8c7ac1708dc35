using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace HotlinePush.Web;

/// <summary>One page of a list; <paramref name="Next"/> goes into <c>after</c> for the following one and is null on the last.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>The query parameters of every list: <c>limit</c> (1–200, default 50) and <c>after</c>.</summary>
public sealed class ListQuery : IBound, IEndpointParameterMetadataProvider
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    private ListQuery(int limit, string? after, Refusal? refusal) => (Limit, After, Refusal) = (limit, after, refusal);

    public int Limit { get; }

    /// <summary>As given; opaque to the client, to be read with <see cref="TryRead{T}"/>.</summary>
    public string? After { get; }

    public Refusal? Refusal { get; }

    /// <summary>False where <c>after</c> was not made by <see cref="Cursor.Write{T}"/> for the same type: answer <see cref="Cursor.Bad"/>.</summary>
    /// <param name="position">Null on the first page.</param>
    public bool TryRead<T>(out T? position) where T : class
    {
        position = null;
        return After is null || Cursor.TryRead(After, out position);
    }

    public static ValueTask<ListQuery> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var query = new QueryFields(http.Request);
        var limit = query.Number("limit", 1, MaxLimit) ?? DefaultLimit;
        var after = query.Text("after", Cursor.MaxLength);
        return ValueTask.FromResult(new ListQuery((int)Math.Clamp(limit, 1, MaxLimit), after, query.Refusal));
    }

    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(new QueryParameter("limit", "integer", "1–200, 默认 50 (default 50)"));
        builder.Metadata.Add(new QueryParameter("after", "string", "上一页的 next (next of the page before)"));
    }
}

/// <summary>
/// Positions in lists as opaque text. Not signed: an endpoint puts only positions inside the caller's own range into it and checks
/// rights on what it reads, so a forged one shows nothing new.
/// </summary>
public static class Cursor
{
    public const int MaxLength = 2_000;

    public static Refusal Bad { get; } = Refusal.Of("badCursor", "after", "翻页标记无效，请从第一页重新读取。");

    public static string Write<T>(T position) where T : class => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(position, WireJson.Options));

    public static bool TryRead<T>(string text, [NotNullWhen(true)] out T? position) where T : class
    {
        position = null;
        if (text.Length > MaxLength || !Base64Url.IsValid(text))
            return false;
        var body = JsonBody<T>.Parse(Base64Url.DecodeFromChars(text));
        if (body.Refusal is null)
            position = body.Value;
        return position is not null;
    }
}
