using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace HotlinePush.Web;

/// <summary>
/// JSON as the contract has it: camelCase, nulls written, enumerations by their words, times ISO 8601 with the city's offset,
/// Chinese readable, <c>&lt; &gt; &amp;</c> escaped. Reading is strict; requests go through <see cref="JsonBody{T}"/>, which also names what is wrong.
/// </summary>
public static class WireJson
{
    public const int MaxDepth = 32;

    public static JsonSerializerOptions Options { get; } = Make();

    public static void Apply(JsonSerializerOptions o)
    {
        o.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        o.PropertyNameCaseInsensitive = false;
        o.DictionaryKeyPolicy = null;
        o.NumberHandling = JsonNumberHandling.Strict;
        o.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        o.AllowDuplicateProperties = false;
        o.RespectNullableAnnotations = true;
        o.RespectRequiredConstructorParameters = true;
        o.MaxDepth = MaxDepth;
        o.Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);
        o.Converters.Add(new WireWords.Converters());
        o.Converters.Add(new WireTime.Converter());
        o.Converters.Add(new WireTime.TimeOfDay());
    }

    private static JsonSerializerOptions Make()
    {
        var o = new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        Apply(o);
        o.MakeReadOnly();
        return o;
    }
}

/// <summary>How enumerations are spelt: as declared, camelCase under <see cref="CamelCaseWordsAttribute"/>, or by a member's own name attribute.</summary>
public static class WireWords
{
    private static readonly ConcurrentDictionary<Type, Dictionary<string, object>> Known = new();

    /// <summary>Word to value, in order of declaration. Exact: case counts.</summary>
    public static IReadOnlyDictionary<string, object> Of(Type type) => Known.GetOrAdd(type, static t =>
    {
        var words = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var field in t.GetFields(BindingFlags.Public | BindingFlags.Static))
            words[field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? PolicyOf(t)?.ConvertName(field.Name) ?? field.Name] = field.GetValue(null)!;
        return words;
    });

    public static bool TryRead<T>(string word, out T value) where T : struct, Enum
    {
        var found = Of(typeof(T)).TryGetValue(word, out var boxed);
        value = found ? (T)boxed! : default;
        return found;
    }

    public static string Word<T>(this T value) where T : struct, Enum
    {
        foreach (var (word, v) in Of(typeof(T)))
            if (v.Equals(value))
                return word;
        throw new ArgumentOutOfRangeException(nameof(value), value, null);
    }

    private static JsonNamingPolicy? PolicyOf(Type type) =>
        type.IsDefined(typeof(CamelCaseWordsAttribute)) ? JsonNamingPolicy.CamelCase : null;

    // The framework's own converters, so that OpenAPI lists the words; exact case is enforced where requests are checked.
    internal sealed class Converters : JsonConverterFactory
    {
        public override bool CanConvert(Type type) => type.IsEnum;

        public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options)
        {
            var factory = (JsonConverterFactory)Activator.CreateInstance(typeof(JsonStringEnumConverter<>).MakeGenericType(type), PolicyOf(type), false)!;
            return factory.CreateConverter(type, options)!;
        }
    }
}

/// <summary>Moments: written in the zone of the city, read as ISO 8601 with an offset.</summary>
public static class WireTime
{
    public static readonly TimeZoneInfo Zone = Clocks.CityZone.Zone;

    /// <summary>The earliest moment taken from a request.</summary>
    public static readonly DateTimeOffset Earliest = new(1989, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The end of what is taken: a day before the end of the calendar, so that no zone overflows.</summary>
    public static readonly DateTimeOffset Latest = new(9999, 12, 31, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK",
    ];

    /// <summary>A moment with <c>Z</c> or <c>±hh:mm</c>, from <see cref="Earliest"/> to before <see cref="Latest"/>.</summary>
    public static bool TryRead(string text, out DateTimeOffset moment)
    {
        moment = default;
        // A text without offset parses too; it would mean the machine's zone.
        if (text.Length is < 17 or > 40 || !(text[^1] == 'Z' || (text[^3] == ':' && text[^6] is '+' or '-')))
            return false;
        return DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out moment)
            && moment >= Earliest && moment < Latest;
    }

    /// <summary>The same moment as the city's clocks show it.</summary>
    public static DateTimeOffset InCity(DateTimeOffset moment) =>
        moment.UtcDateTime > Latest.UtcDateTime || moment.UtcDateTime < DateTime.MinValue.AddDays(1) ? moment : TimeZoneInfo.ConvertTime(moment, Zone);

    internal sealed class Converter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && TryRead(reader.GetString()!, out var moment)
                ? moment
                : throw new JsonException("Not a time with an offset.");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(InCity(value));
    }

    /// <summary>Times of day as people write them: <c>09:00</c>.</summary>
    internal sealed class TimeOfDay : JsonConverter<TimeOnly>
    {
        public override TimeOnly Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String
            && TimeOnly.TryParseExact(reader.GetString(), ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                ? time
                : throw new JsonException("Not a time of day.");

        public override void Write(Utf8JsonWriter writer, TimeOnly value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString(value.Second == 0 ? "HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture));
    }
}
