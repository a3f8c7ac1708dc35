using System.Globalization;
using System.Text;
using System.Text.Unicode;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace HotlinePush.Inbound.Open311;

/// <summary>
/// The fields of an <c>application/x-www-form-urlencoded</c> body, and of the address, read strictly: UTF-8 or nothing. Fields one does not ask for are passed over, as
/// clients of other cities send theirs.
/// </summary>
public sealed class FormFields
{
    private const int MaxFields = 200;
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    private FormFields()
    {
    }

    public Check Check { get; } = new();

    /// <summary>Field names as given, in their order.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <returns>Null and why, where the body is no such form.</returns>
    public static async Task<(FormFields? Form, Refusal? Refusal)> ReadAsync(HttpContext http)
    {
        var bytes = await RequestBytes.ReadAsync(http);
        if (bytes.Length > 0 && !(MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) && type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)))
            return (null, new("badForm", "请以 application/x-www-form-urlencoded 提交。"));
        if (!Utf8.IsValid(bytes.Span))
            return (null, new("badEncoding", "表单应以 UTF-8 编码。"));
        var form = new FormFields();
        if (form.Add(Encoding.UTF8.GetString(bytes.Span), known: null) is { } wrong)
            return (null, wrong);
        // Older clients put all of it into the address. What the form says goes before.
        var query = http.Request.QueryString.Value is { Length: > 1 } text ? text[1..] : "";
        return form.Add(query, known: [.. form.Names]) is { } wrongThere ? (null, wrongThere) : (form, null);
    }

    /// <param name="known">Fields that are not added to.</param>
    private Refusal? Add(string text, HashSet<string>? known)
    {
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var cut = pair.IndexOf('=', StringComparison.Ordinal);
            if (Decode(cut < 0 ? pair : pair[..cut]) is not { } name || Decode(cut < 0 ? "" : pair[(cut + 1)..]) is not { } value)
                return new("badEncoding", "表单应以 UTF-8 编码，特殊字符须作百分号编码。");
            if (known?.Contains(name) == true)
                continue;
            if (!_values.TryGetValue(name, out var values))
            {
                if (_values.Count == MaxFields)
                    return new("badForm", "表单的字段过多。");
                _values[name] = values = [];
            }

            values.Add(value);
        }

        return null;
    }

    /// <summary>Blank counts as not given, as published for optional arguments.</summary>
    public string? Text(string name, int max = 200)
    {
        var given = All(name);
        if (given.Count > 1)
            Check.Add(name, "badValue", "只可给出一次。");
        if (given.Count == 0)
            return null;
        Check.Text(name, given[0], max: max);
        return given[0].Trim();
    }

    public IReadOnlyList<string> All(string name) => _values.TryGetValue(name, out var values) ? [.. values.Where(v => !string.IsNullOrWhiteSpace(v))] : [];

    public double? Degrees(string name, double most)
    {
        if (Text(name) is not { } text)
            return null;
        if (double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            Check.Range(name, number, -most, most);
            return number;
        }

        Check.Add(name, "wrongType", "应为十进制度数，如 30.5928。");
        return null;
    }

    private static string? Decode(string text)
    {
        if (text.AsSpan().IndexOfAny('%', '+') < 0)
            return text;
        var bytes = new List<byte>(text.Length);
        var rest = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] != '%')
                bytes.Add(rest[i] == '+' ? (byte)' ' : rest[i]);
            else if (i + 2 < rest.Length && char.IsAsciiHexDigit((char)rest[i + 1]) && char.IsAsciiHexDigit((char)rest[i + 2]))
            {
                bytes.Add(Convert.ToByte(Encoding.ASCII.GetString(rest, i + 1, 2), 16));
                i += 2;
            }
            else
                return null;
        }

        byte[] decoded = [.. bytes];
        return Utf8.IsValid(decoded) ? Encoding.UTF8.GetString(decoded) : null;
    }
}
