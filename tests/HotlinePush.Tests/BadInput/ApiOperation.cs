using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.BadInput;

/// <summary>One operation of the API as its description and the routing table have it, so that the suite covers what is added later.</summary>
/// <param name="Body">The body's schema, references followed; null where it takes no JSON.</param>
public sealed partial record ApiOperation(string Method, string Path, AccessRule Rule, JsonObject? Body, bool TakesUpload, IReadOnlyList<string> Query)
{
    public override string ToString() => $"{Method} {Path}";

    public bool IsWrite => Method is not "GET";

    /// <summary>Replaces what everything else stands on.</summary>
    public bool IsSetup => Method == "PUT";

    /// <summary>Endpoints of the routing table: method, path without constraints, rule.</summary>
    public static IEnumerable<(string Method, string Path, AccessRule? Rule)> Routes(BadInputApp app) =>
        from source in app.App.App.Services.GetServices<EndpointDataSource>().Concat(((IEndpointRouteBuilder)app.App.App).DataSources).Distinct()
        from endpoint in source.Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"]
        select (method, Plain(endpoint.RoutePattern.RawText!), endpoint.Metadata.GetMetadata<AccessRule>());

    public static async Task<IReadOnlyList<ApiOperation>> ReadAsync(BadInputApp app)
    {
        var document = JsonNode.Parse(await app.App.Public.GetStringAsync("/openapi/v1.json"))!.AsObject();
        var rules = Routes(app).DistinctBy(r => (r.Method, r.Path)).ToDictionary(r => (r.Method, r.Path), r => r.Rule);
        var operations = new List<ApiOperation>();
        foreach (var (path, methods) in document["paths"]!.AsObject())
            foreach (var (name, operation) in methods!.AsObject().Where(m => m.Value is JsonObject))
            {
                var method = name.ToUpperInvariant();
                var content = operation!["requestBody"]?["content"]?.AsObject();
                var parameters = operation["parameters"]?.AsArray().Where(p => (string?)p!["in"] == "query").Select(p => (string)p!["name"]!) ?? [];
                operations.Add(new(
                    method, path, rules.GetValueOrDefault((method, path)) ?? new(false, []),
                    content?["application/json"]?["schema"] is { } schema ? Follow(schema, document, 0).AsObject() : null,
                    content?.Any(c => c.Key != "application/json") ?? false,
                    [.. parameters]));
            }

        return operations;
    }

    /// <summary>A key whose role may call this; null for the public's.</summary>
    public string? Key(Places places) => !Rule.NeedsKey ? null : Rule.Roles.Count == 0 ? "demo-admin" : KeyOf(Rule.Roles[0], places);

    public static string KeyOf(Role role, Places places) =>
        role == Role.Unit ? "demo-unit-" + places.UnitId : "demo-" + role.ToString().ToLowerInvariant();

    private static JsonNode Follow(JsonNode node, JsonObject document, int depth)
    {
        if (depth > 12)
            return new JsonObject();
        if (node is JsonArray array)
            return new JsonArray([.. array.Select(n => n is null ? null : Follow(n, document, depth))]);
        if (node is not JsonObject o)
            return node.DeepClone();
        if ((string?)o["$ref"] is { } reference)
        {
            JsonNode target = document;
            foreach (var part in reference[2..].Split('/'))
                target = target[part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)]!;
            return Follow(target, document, depth + 1);
        }

        return new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, p.Value is null ? null : Follow(p.Value, document, depth))));
    }

    private static string Plain(string pattern) => Constraint().Replace("/" + pattern.Trim('/'), "{$1}");

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Constraint();
}
