using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HotlinePush.Tests.BadInput;

/// <summary>Makes requests that an operation should take, from its schema: what the bad ones are made from.</summary>
public sealed class RightRequests(Places places)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Sent Of(ApiOperation operation, Random? random = null, bool withOptional = true)
    {
        var target = places.Fill(operation.Path, random);
        if (operation.Query.Count > 0 && random is not null)
            target += "?" + string.Join('&', operation.Query.Where(_ => random.Next(3) > 0).Select(q => $"{q}={Uri.EscapeDataString(QueryValue(q))}"));
        if (operation.Path.Contains("calendar/deadline", StringComparison.Ordinal))
            target = "/api/v1/calendar/deadline?from=2026-03-02T10:00:00%2B08:00&amount=3&unit=workingDays";
        if (operation is { Method: "POST" } && operation.Path.StartsWith("/open311", StringComparison.Ordinal))
            return new(operation.Method, target, null, Encoding.UTF8.GetBytes(Open311Form(random)), "application/x-www-form-urlencoded");
        if (operation.TakesUpload && operation.Body is null)
            return operation.Path.StartsWith("/api/v1/audiences", StringComparison.Ordinal)
                ? new(operation.Method, target, operation.Key(places), Encoding.UTF8.GetBytes("recipient_id,name,phone\n1,李四,13800138000\n"), "text/csv")
                : new(operation.Method, target, operation.Key(places), Encoding.UTF8.GetBytes("subject,body,received_at\n路灯不亮,三天不亮,2026-03-01T10:00:00+08:00\n"), "text/csv");
        if (operation.Body is null)
            return new(operation.Method, target, operation.Key(places));
        var json = operation.IsSetup && places.SetUp.GetValueOrDefault(target) is { } whole
            ? whole
            : Value(operation.Body, "", operation.Path, random, withOptional)!.ToJsonString(Plain);
        return Sent.Json(operation.Method, target, operation.Key(places), json);
    }

    private JsonNode? Value(JsonObject schema, string name, string path, Random? random, bool withOptional)
    {
        if (Alternatives(schema) is { } one)
            return Value(one, name, path, random, withOptional);
        if (schema["enum"] is JsonArray words)
            return words.Where(w => w is not null).ToList() is { Count: > 0 } given ? given[random?.Next(given.Count) ?? 0]!.DeepClone() : null;
        if (places.Known(name, path) is { } known)
            return known;
        switch (TypeOf(schema))
        {
            case "object":
                var required = schema["required"]?.AsArray().Select(r => (string)r!).ToHashSet() ?? [];
                var made = new JsonObject();
                foreach (var (field, of) in schema["properties"]?.AsObject() ?? [])
                    if (required.Contains(field) || (withOptional && random?.Next(2) is not 0 && field is not ("confidential" or "anonymous" or "channel" or "named")))
                        made[field] = Value(of!.AsObject(), field, path, random, withOptional);
                return made;
            case "array":
                return schema["items"] is JsonObject item ? new JsonArray(Value(item, name, path, random, withOptional)) : [];
            case "integer" or "number":
                return 1;
            case "boolean":
                return true;
            default:
                return (string?)schema["format"] switch
                {
                    "date-time" => "2026-03-01T09:30:00+08:00",
                    "date" => "2026-03-01",
                    "time" => "09:00:00",
                    _ => "一段普通的文字",
                };
        }
    }

    private string Open311Form(Random? random)
    {
        var fields = new List<(string, string)> { ("service_code", random is null ? "general" : places.CategoryId), ("lat", "30.5"), ("long", "114.3"), ("description", "小区门口的路灯已经三天不亮。") };
        if (random is not null)
            fields.AddRange([("api_key", "demo-open311"), ("phone", Places.Phone), ("email", "li.si@example.com"), ("address_id", places.AreaId), ("media_url", "https://example.com/1.jpg"), ("attribute[request_type]", "Help")]);
        return string.Join('&', fields.Where((f, i) => i < 4 || random!.Next(2) == 0).Select(f => $"{Uri.EscapeDataString(f.Item1)}={Uri.EscapeDataString(f.Item2)}"));
    }

    private string QueryValue(string name) => name switch
    {
        "limit" => "10",
        "after" => "",
        "code" => places.Code,
        "from" or "to" => "2026-03-01",
        "start_date" or "end_date" => "2026-03-01T00:00:00Z",
        "page" or "page_size" => "2",
        "extensions" => "true",
        "service_code" => places.CategoryId,
        "service_request_id" => places.Number,
        _ => "open",
    };

    internal static string? TypeOf(JsonObject schema) => schema["type"] switch
    {
        JsonArray many => (string?)many.FirstOrDefault(t => (string?)t != "null"),
        { } one => (string?)one,
        null => schema.ContainsKey("properties") ? "object" : null,
    };

    internal static JsonObject? Alternatives(JsonObject schema) =>
        (schema["oneOf"] ?? schema["anyOf"] ?? schema["allOf"])?.AsArray().OfType<JsonObject>().FirstOrDefault(s => (string?)(s["type"] as JsonValue) != "null");
}
