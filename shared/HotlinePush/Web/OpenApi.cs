using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace HotlinePush.Web;

/// <summary>The description of the API at <c>/openapi/v1.json</c>: made from the endpoints, with keys and problems added.</summary>
internal static class OpenApi
{
    private const string Scheme = "bearer";

    public static void AddHotlineOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "HotlinePush", Version = "v1", Description = "12345 政务服务热线与定向通知" };
            // The address depends on who asks; a client knows where it got this from.
            document.Servers = [];
            document.Components ??= new();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Scheme };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(DescribeAsync);
        // Requests are closed (unknown fields are refused), answers open; a schema serves both, and the promise not to make is the closed answer.
        options.AddSchemaTransformer((schema, _, _) =>
        {
            if (schema.AdditionalProperties is null)
                schema.AdditionalPropertiesAllowed = true;
            return Task.CompletedTask;
        });
    });

    private static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var access = metadata.OfType<AccessRule>().LastOrDefault();
        if (access is { NeedsKey: true })
        {
            operation.Security = [new() { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
            if (access.Roles.Count > 0)
                operation.Description = $"{operation.Description}\n\nroles: {string.Join(", ", access.Roles.Select(r => r.ToString().ToLowerInvariant()))}".Trim();
        }

        var capability = context.Description.RelativePath?.Split('/') is ["api", "v1", var first, ..] ? first : "operations";
        operation.Tags = new HashSet<OpenApiTagReference> { new(capability, context.Document) };

        foreach (var query in metadata.OfType<QueryParameter>())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = query.Name,
                In = ParameterLocation.Query,
                Required = query.Required,
                Description = query.Description,
                Schema = new OpenApiSchema { Type = Enum.Parse<JsonSchemaType>(query.Type, ignoreCase: true) },
            });
        }

        if (metadata.OfType<JsonBodyMetadata>().LastOrDefault() is { } body)
            operation.RequestBody = new OpenApiRequestBody
            {
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new() { Schema = await ReferAsync(context, body.Type, ct) },
                },
            };

        operation.Responses ??= [];
        var problem = await ReferAsync(context, typeof(Problem), ct);
        foreach (var (status, words) in Errors(access, hasBody: operation.RequestBody is not null))
            operation.Responses.TryAdd(status.ToString(CultureInfo.InvariantCulture), new OpenApiResponse
            {
                Description = words,
                Content = new Dictionary<string, OpenApiMediaType> { [Problem.MediaType] = new() { Schema = problem } },
            });
    }

    private static async Task<IOpenApiSchema> ReferAsync(OpenApiOperationTransformerContext context, Type type, CancellationToken ct)
    {
        var schema = await context.GetOrCreateSchemaAsync(type, null, ct);
        if (context.Document is not { } document || type.IsGenericType || type.IsArray)
            return schema;
        document.AddComponent(type.Name, schema);
        return new OpenApiSchemaReference(type.Name, document);
    }

    private static IEnumerable<(int Status, string Words)> Errors(AccessRule? access, bool hasBody)
    {
        yield return (400, "Bad Request");
        yield return (401, "Unauthorized");
        if (access is { NeedsKey: true })
            yield return (403, "Forbidden");
        yield return (404, "Not Found");
        if (hasBody)
        {
            yield return (413, "Content Too Large");
            yield return (415, "Unsupported Media Type");
        }

        yield return (429, "Too Many Requests");
        yield return (503, "Service Unavailable");
    }
}
