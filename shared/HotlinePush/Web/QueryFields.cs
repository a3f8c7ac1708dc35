using System.Globalization;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace HotlinePush.Web;

/// <summary>
/// Reads the query parameters an endpoint knows and collects what is wrong with them, by name; parameters it does not ask for are ignored.
/// An empty value counts as absent. Look at <see cref="Refusal"/> after the last one.
/// </summary>
public sealed class QueryFields(HttpRequest request)
{
    private readonly Check _check = new();

    public Check Check => _check;
    public Refusal? Refusal => _check.Refusal;

    public string? Text(string name, int max = 200)
    {
        var values = request.Query[name];
        if (values.Count > 1)
            _check.Add(name, "badValue", "只可给出一次。");
        var text = values.Count == 0 ? null : values[0];
        if (string.IsNullOrEmpty(text))
            return null;
        if (text.Contains('%') && !IsUtf8(name))
            _check.Add(name, "badEncoding", "应以 UTF-8 编码。");
        _check.Text(name, text, max: max);
        return text;
    }

    public string RequiredText(string name, int max = 200)
    {
        var text = Text(name, max);
        if (text is null)
            _check.Missing(name);
        return text ?? "";
    }

    public T? Word<T>(string name) where T : struct, Enum
    {
        if (Text(name) is not { } text)
            return null;
        if (WireWords.TryRead<T>(text, out var value))
            return value;
        _check.Add(name, "unknownWord", $"应为以下之一：{string.Join("、", WireWords.Of(typeof(T)).Keys)}。");
        return null;
    }

    public long? Number(string name, long min, long max)
    {
        if (Text(name) is not { } text)
            return null;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            // Digits alone that do not fit are a number out of range; anything else is none.
            var digits = text.AsSpan().TrimStart('-');
            _check.Add(name, digits.Length > 0 && digits.IndexOfAnyExceptInRange('0', '9') < 0 ? "outOfRange" : "wrongType",
                string.Create(CultureInfo.InvariantCulture, $"应为 {min} 到 {max} 的整数。"));
            return null;
        }

        _check.Range(name, number, min, max);
        return number;
    }

    public DateOnly? Date(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year >= WireTime.Earliest.Year)
            return date;
        _check.Add(name, "badTime", "应为日期，如 2026-11-23。");
        return null;
    }

    /// <summary>A moment with offset. A space where the plus sign should be is taken for one: that is what an unescaped <c>+</c> becomes.</summary>
    public DateTimeOffset? Moment(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (WireTime.TryRead(text.Replace(' ', '+'), out var moment))
            return moment;
        _check.Add(name, "badTime", "应为带时区的时间，如 2026-11-23T09:00:00+08:00。");
        return null;
    }

    public bool? Flag(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (text is "true" or "false")
            return text == "true";
        _check.Add(name, "wrongType", "应为 true 或 false。");
        return null;
    }

    // The framework leaves escapes that are no UTF-8 as they stand, so "%B9" arrives as three characters.
    private bool IsUtf8(string name)
    {
        foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
            if (pair.DecodeName().Span.SequenceEqual(name) && !Utf8.IsValid(Bytes(pair.EncodedValue.Span)))
                return false;
        return true;
    }

    private static byte[] Bytes(ReadOnlySpan<char> encoded)
    {
        var bytes = new List<byte>(encoded.Length);
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] == '%' && i + 2 < encoded.Length
                && byte.TryParse(encoded.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var b))
            {
                bytes.Add(b);
                i += 2;
            }
            else if (encoded[i] <= '~')
                bytes.Add((byte)encoded[i]);
        }

        return [.. bytes];
    }
}

/// <summary>For OpenAPI: a query parameter that the endpoint reads by itself.</summary>
public sealed record QueryParameter(string Name, string Type, string Description, bool Required = false);

public static class QueryParameterExtensions
{
    /// <param name="type">A JSON schema type: <c>string</c>, <c>integer</c>, <c>boolean</c>.</param>
    public static TBuilder TakesQuery<TBuilder>(this TBuilder builder, string name, string description, string type = "string", bool required = false)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new QueryParameter(name, type, description, required));
}
