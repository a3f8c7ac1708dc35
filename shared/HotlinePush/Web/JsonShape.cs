using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace HotlinePush.Web;

/// <summary>
/// Compares a JSON value with the type it is to become and names every difference by its path. The serializer alone would stop at
/// the first one, and take words in any case.
/// </summary>
internal static class JsonShape
{
    public static void Compare(JsonElement json, Type type, Check check) => Value(json, type, nullable: false, "$", check);

    private static void Value(JsonElement json, Type type, bool nullable, string path, Check check)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            (type, nullable) = (inner, true);
        if (json.ValueKind == JsonValueKind.Null)
        {
            // "Given as null" and "not given" mean the same, so a required field that is null is a missing one.
            if (!nullable && type != typeof(JsonElement))
                check.Missing(path);
            return;
        }

        if (type == typeof(JsonElement) || type == typeof(object))
        {
            Anything(json, path, check);
            return;
        }

        var info = WireJson.Options.GetTypeInfo(type);
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Object when json.ValueKind == JsonValueKind.Object:
                Members(json, info, path, check);
                break;
            case JsonTypeInfoKind.Enumerable when json.ValueKind == JsonValueKind.Array:
                var i = 0;
                foreach (var item in json.EnumerateArray())
                    Value(item, info.ElementType!, nullable: false, string.Create(CultureInfo.InvariantCulture, $"{path}[{i++}]"), check);
                break;
            case JsonTypeInfoKind.Dictionary when json.ValueKind == JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                    if (Name(member, path, check) is { } name)
                        Value(member.Value, info.ElementType!, nullable: false, Under(path, name), check);
                break;
            case JsonTypeInfoKind.None:
                Leaf(json, type, path, check);
                break;
            case JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary:
                check.Add(path, "wrongType", "应为对象。");
                break;
            default:
                check.Add(path, "wrongType", "应为数组。");
                break;
        }
    }

    private static void Members(JsonElement json, JsonTypeInfo info, string path, Check check)
    {
        HashSet<string> given = new(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            if (Name(member, path, check) is not { } name)
                continue;
            given.Add(name);
            var property = info.Properties.FirstOrDefault(p => p.Name == name && (p.Set is not null || p.AssociatedParameter is not null));
            if (property is null)
                check.Add(Under(path, name), "unknownField", "没有这个字段。");
            else
                Value(member.Value, property.PropertyType, property.IsSetNullable, Under(path, name), check);
        }

        foreach (var property in info.Properties)
            if (property.IsRequired && !given.Contains(property.Name))
                check.Missing(Under(path, property.Name));
    }

    private static void Leaf(JsonElement json, Type type, string path, Check check)
    {
        if (type == typeof(bool))
        {
            check.That(json.ValueKind is JsonValueKind.True or JsonValueKind.False, path, "wrongType", "应为 true 或 false。");
        }
        else if (type.IsPrimitive || type == typeof(decimal))
        {
            if (json.ValueKind != JsonValueKind.Number)
                check.Add(path, "wrongType", "应为数字。");
            else if (!Fits(json, type))
                check.Add(path, "outOfRange", type == typeof(double) || type == typeof(decimal) ? "数值过大。" : "应为整数，且不可过大。");
        }
        else if (json.ValueKind != JsonValueKind.String)
        {
            check.Add(path, "wrongType", type == typeof(string) ? "应为文字。" : "应为字符串。");
        }
        else if (Text(json, path, check) is { } text)
        {
            if (type.IsEnum)
                check.That(WireWords.Of(type).ContainsKey(text), path, "unknownWord", $"应为以下之一：{string.Join("、", WireWords.Of(type).Keys)}。");
            else if (type == typeof(DateTimeOffset))
                check.That(WireTime.TryRead(text, out _), path, "badTime", "应为带时区的时间，如 2026-11-23T09:00:00+08:00，1989 年至 9999 年。");
            else if (type == typeof(DateOnly))
                check.That(DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var d) && d.Year >= 1989,
                    path, "badTime", "应为日期，如 2026-11-23，1989 年起。");
            else if (type != typeof(string))
                check.That(Reads(json, type), path, "badValue", "取值无效。");
        }
    }

    private static bool Fits(JsonElement json, Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Double => json.TryGetDouble(out var d) && double.IsFinite(d),
        TypeCode.Single => json.TryGetSingle(out var f) && float.IsFinite(f),
        TypeCode.Int32 => json.TryGetInt32(out _),
        TypeCode.Int64 => json.TryGetInt64(out _),
        _ => Reads(json, type),
    };

    private static bool Reads(JsonElement json, Type type)
    {
        try
        {
            json.Deserialize(type, WireJson.Options);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Anything(JsonElement json, string path, Check check)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                Text(json, path, check);
                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                    Anything(item, path + "[]", check);
                break;
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                    if (Name(member, path, check) is { } name)
                        Anything(member.Value, Under(path, name), check);
                break;
        }
    }

    // GetString throws on half a surrogate pair written as \ud800: JSON allows it, UTF-8 does not.
    private static string? Text(JsonElement json, string path, Check check)
    {
        string text;
        try
        {
            text = json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            check.Add(path, "badText", "含有不完整的字符。");
            return null;
        }

        check.Text(path, text);
        return Characters.AreAllowed(text) ? text : null;
    }

    private static string? Name(JsonProperty member, string path, Check check)
    {
        try
        {
            if (Characters.AreAllowed(member.Name))
                return member.Name.Length <= 100 ? member.Name : member.Name[..(char.IsHighSurrogate(member.Name[99]) ? 99 : 100)];
        }
        catch (InvalidOperationException)
        {
        }

        check.Add(path, "badText", "字段名含有不允许的字符。");
        return null;
    }

    private static string Under(string path, string name) => path == "$" ? name : $"{path}.{name}";
}
