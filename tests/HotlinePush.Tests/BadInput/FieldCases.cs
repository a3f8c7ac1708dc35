using System.Text.Json.Nodes;

namespace HotlinePush.Tests.BadInput;

/// <summary>From a right body and its schema, all bodies with one field wrong.</summary>
public static class FieldCases
{
    // Written by hand: the serializer would not write half a pair.
    private const string Placeholder = "\"@@\"";

    public static IEnumerable<(string Name, string Json)> Of(JsonNode body, JsonObject schema)
    {
        foreach (var (path, field) in Fields(schema, []))
        {
            var name = string.Join('.', path);
            if (field.Required)
            {
                if (Change(body, path, null, remove: true) is { } without)
                    yield return ($"{name} left out", without);
                if (Change(body, path, "null") is { } nothing)
                    yield return ($"{name} null", nothing);
            }

            foreach (var (what, value) in Wrong(field))
                if (Change(body, path, value) is { } changed)
                    yield return ($"{name} {what}", changed);
        }
    }

    private static IEnumerable<(string What, string Value)> Wrong(Field field)
    {
        var type = field.Words is not null ? "string" : field.Type;
        if (type is null)
            yield break;
        if (type != "string")
        {
            yield return ("a text", "\"x\"");
            yield return ("a number as text", "\"1\"");
            yield return ("an empty text", "\"\"");
        }

        if (type is not ("integer" or "number"))
            yield return ("a number", "1");
        if (type != "boolean")
            yield return ("a truth", "true");
        if (type != "array")
            yield return ("an array", "[\"x\"]");
        if (type != "object")
            yield return ("an object", "{\"x\":1}");
        if (type == "array")
            yield return ("an array with a null", "[null]");
        if (type is "integer")
        {
            yield return ("a fraction", "1.5");
            yield return ("too great", "99999999999");
            yield return ("far too great", "1e400");
        }

        if (type != "string")
            yield break;
        yield return ("half a surrogate pair", "\"路\\ud800灯\"");
        yield return ("a pair the wrong way round", "\"\\udc00\\ud800\"");
        yield return ("a NUL", "\"路\\u0000灯\"");
        yield return ("an escape sequence", "\"\\u001b[31m\"");
        yield return ("a non-character", "\"\\uffff\"");
        yield return ("10,001 characters", $"\"{new string('字', 10_001)}\"");
        if (field.Words is { } words)
        {
            yield return ("a word in the wrong case", $"\"{Swapped(words[0])}\"");
            yield return ("a word with a space", $"\"{words[0]} \"");
            yield return ("an empty word", "\"\"");
            yield return ("a number for a word", "0");
        }

        if (field.Format is not ("date-time" or "date"))
            yield break;
        yield return ("no time", "\"gestern\"");
        yield return ("an empty time", "\"\"");
        yield return ("a time before 1989", field.Format == "date" ? "\"1988-12-31\"" : "\"1988-12-31T23:59:59Z\"");
        yield return ("a day there is none of", field.Format == "date" ? "\"2026-02-30\"" : "\"2026-02-30T09:00:00+08:00\"");
        yield return ("digits of another script", field.Format == "date" ? "\"２０２６-03-01\"" : "\"２０２６-03-01T09:00:00+08:00\"");
        if (field.Format != "date-time")
            yield break;
        yield return ("a time without offset", "\"2026-03-01T09:00:00\"");
        yield return ("the last day of 9999", "\"9999-12-31T23:59:59+08:00\"");
        yield return ("an offset of 15 hours", "\"2026-03-01T09:00:00+15:00\"");
        yield return ("year 10000", "\"10000-01-01T00:00:00Z\"");
    }

    private sealed record Field(string? Type, string? Format, IReadOnlyList<string>? Words, bool Required);

    private static IEnumerable<(string[] Path, Field Field)> Fields(JsonObject schema, string[] at)
    {
        if (RightRequests.Alternatives(schema) is { } one)
            schema = one;
        var required = schema["required"]?.AsArray().Select(r => (string)r!).ToHashSet() ?? [];
        foreach (var (name, value) in schema["properties"]?.AsObject() ?? [])
        {
            var of = value!.AsObject();
            if (RightRequests.Alternatives(of) is { } inner)
                of = inner;
            var words = of["enum"]?.AsArray().Where(w => w is not null).Select(w => (string)w!).ToList();
            var type = RightRequests.TypeOf(of);
            string[] path = [.. at, name];
            yield return (path, new(type, (string?)of["format"], words, required.Contains(name)));
            if (path.Length < 5 && type == "object")
                foreach (var below in Fields(of, path))
                    yield return below;
            if (path.Length < 5 && type == "array" && of["items"] is JsonObject item)
                foreach (var below in Fields(item, [.. path, "[0]"]))
                    yield return below;
        }
    }

    /// <summary>The body with that field changed; null where the right body does not hold its parent.</summary>
    private static string? Change(JsonNode body, string[] path, string? value, bool remove = false)
    {
        var changed = body.DeepClone();
        JsonNode? at = changed;
        foreach (var step in path[..^1])
            at = step == "[0]" ? at is JsonArray { Count: > 0 } list ? list[0] : null : (at as JsonObject)?[step];
        if (at is not JsonObject parent)
            return null;
        if (remove)
            parent.Remove(path[^1]);
        else
            parent[path[^1]] = "@@";
        return remove ? changed.ToJsonString() : changed.ToJsonString().Replace(Placeholder, value, StringComparison.Ordinal);
    }

    private static string Swapped(string word) =>
        char.IsUpper(word[0]) ? char.ToLowerInvariant(word[0]) + word[1..] : char.ToUpperInvariant(word[0]) + word[1..];
}
