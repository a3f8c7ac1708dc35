using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;

namespace HotlinePush.Tests.BadInput;

/// <summary>Errors of <c>/open311</c>: the form that GeoReport v2 publishes, JSON or XML.</summary>
internal static class Open311Errors
{
    public static bool Are(Answer answer) => Wrong(answer) is null;

    /// <summary>What is wrong with them; null where nothing is.</summary>
    public static string? Wrong(Answer answer)
    {
        var type = answer.Header("Content-Type");
        try
        {
            var errors = type switch
            {
                "application/json; charset=utf-8" => [.. JsonDocument.Parse(answer.Body).RootElement.EnumerateArray().Select(e => (e.GetProperty("code").GetInt32(), e.GetProperty("description").GetString()))],
                "text/xml; charset=utf-8" => FromXml(answer.Body),
                _ => null,
            };
            if (errors is not { Count: > 0 })
                return $"no errors in {type}: {answer.Text}";
            return errors.All(e => e.Code == answer.Status && !string.IsNullOrWhiteSpace(e.Text)) ? null : $"codes or words are missing: {answer.Text}";
        }
        catch (Exception e) when (e is JsonException or XmlException or KeyNotFoundException or InvalidOperationException)
        {
            return $"not errors: {answer.Text}";
        }
    }

    private static List<(int Code, string? Text)>? FromXml(byte[] body)
    {
        var root = XDocument.Parse(Encoding.UTF8.GetString(body)).Root!;
        return root.Name == "errors" ? [.. root.Elements("error").Select(e => ((int)e.Element("code")!, e.Element("description")?.Value))] : null;
    }
}
