using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace HotlinePush.Inbound.Open311;

/// <summary>
/// Answers of GeoReport v2 in both formats from one tree: the JSON form is the XML by the Spark convention (a container of like elements is an
/// array), so the XML is the tree written out, each item of an array as an element of the container's own word.
/// </summary>
public static class Open311Format
{
    public const string Requests = "service_requests";
    public const string Services = "services";
    public const string Errors = "errors";

    private const string Item = "item";

    private static readonly Dictionary<string, string> ItemOf = new(StringComparer.Ordinal)
    {
        [Requests] = "request",
        [Services] = "service",
        [Errors] = "error",
        ["attributes"] = "attribute",
        ["values"] = "value",
        ["notes"] = "note",
        ["marks"] = "mark",
        ["endpoints"] = "endpoint",
        ["formats"] = "format",
    };

    /// <summary>The name without its format. The path says it; where it says nothing, <c>Accept</c> does, and JSON otherwise.</summary>
    /// <returns>Null as format where the path names one there is not.</returns>
    public static (string Name, bool? Xml) Split(string name, HttpRequest request)
    {
        var dot = name.LastIndexOf('.');
        if (dot < 0)
            return (name, WantsXml(request));
        return (name[..dot], name[(dot + 1)..] switch { "xml" => true, "json" => false, _ => null });
    }

    public static Reply Reply(int status, string root, JsonNode tree, bool xml) => new(
        status, xml ? Xml(root, tree) : JsonSerializer.SerializeToUtf8Bytes(tree, WireJson.Options), xml ? "text/xml; charset=utf-8" : "application/json; charset=utf-8");

    public static Reply Refuse(Refusal refusal, bool xml) => Refuse(Problem.Of(refusal), xml);

    /// <summary>Errors as published: code and description, one for each field that is wrong. Nobody has to read a header: 401 is told as 403.</summary>
    public static Reply Refuse(Problem problem, bool xml)
    {
        var status = problem.Status == StatusCodes.Status401Unauthorized ? StatusCodes.Status403Forbidden : problem.Status;
        var texts = problem.Errors is { Count: > 0 } errors
            ? errors.SelectMany(e => e.Value.Select(text => $"{e.Key}: {text.Split(": ", 2)[^1]} ({problem.TitleEn})"))
            : [$"{problem.Detail} ({problem.TitleEn})"];
        return Reply(status, Errors, new JsonArray([.. texts.Select(t => new JsonObject { ["code"] = status, ["description"] = t })]), xml);
    }

    /// <summary>Refusals that the pipeline makes before an endpoint is asked.</summary>
    public static Task WriteProblemAsync(HttpContext http, Problem problem) =>
        Refuse(problem, Split(http.Request.Path.Value ?? "", http.Request).Xml ?? false).ExecuteAsync(http);

    /// <summary>W3C date and time of the city, to the second.</summary>
    public static string Moment(DateTimeOffset at) => WireTime.InCity(at).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    private static bool WantsXml(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
        && accepted.FirstOrDefault(a => a.MediaType.Value is "text/xml" or "application/xml" or "application/json") is { } first && first.MediaType.Value != "application/json";

    private static byte[] Xml(string root, JsonNode tree)
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, new() { Encoding = new UTF8Encoding(false), Indent = true }))
        {
            Write(xml, root, tree);
        }

        return bytes.ToArray();
    }

    private static void Write(XmlWriter xml, string name, JsonNode? node)
    {
        xml.WriteStartElement(name);
        switch (node)
        {
            case JsonArray items:
                foreach (var item in items)
                    Write(xml, ItemOf.GetValueOrDefault(name, Item), item);
                break;
            case JsonObject members:
                foreach (var (member, value) in members)
                    Write(xml, member, value);
                break;
            case JsonValue value:
                xml.WriteString(value.GetValueKind() == JsonValueKind.String ? Allowed(value.GetValue<string>()) : value.ToJsonString());
                break;
        }

        xml.WriteEndElement();
    }

    // Texts are checked on their way in; what a refusal repeats of an address is not.
    private static string Allowed(string text) => text.All(XmlConvert.IsXmlChar) ? text : string.Concat(text.EnumerateRunes().Where(r => r.Value is 9 or 10 or 13 or (>= 32 and not (0xFFFE or 0xFFFF))));
}
