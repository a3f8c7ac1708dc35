using HotlinePush.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Pages;

/// <summary>A form as it came in, or as it is shown again: what was typed, and why it was refused.</summary>
/// <param name="Name">Which form of the page; its fields' ids begin with it.</param>
public sealed record FormState(string Name, IReadOnlyDictionary<string, string> Values, Refusal? Refusal = null)
{
    private static readonly Refusal Stale = new("staleForm", "页面已过期或浏览器没有接受 Cookie，请再提交一次；您填写的内容还在。");

    public static FormState Empty(string name) => new(name, new Dictionary<string, string>());

    public string this[string field] => Values.GetValueOrDefault(field, "");

    public string? Filled(string field) => string.IsNullOrWhiteSpace(this[field]) ? null : this[field];

    /// <summary>This form if it is that one, else an empty one.</summary>
    public FormState For(string name) => Name == name ? this : Empty(name);

    /// <summary>
    /// Reads a posted form. Without the token of a page of this site it comes back refused: nothing may be done, but what was typed can
    /// be shown again.
    /// </summary>
    public static async Task<FormState> ReadAsync(HttpContext http, string name)
    {
        if (!http.Request.HasFormContentType)
            throw new BadHttpRequestException("A form is needed.", StatusCodes.Status415UnsupportedMediaType);
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        // Browsers send line ends as CR LF; a text is the same whichever way it came.
        var values = form.ToDictionary(f => f.Key, f => (f.Value.Count > 0 ? f.Value[0] ?? "" : "").ReplaceLineEndings("\n").Trim(), StringComparer.Ordinal);
        var valid = await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http);
        return new(name, values, valid ? null : Stale);
    }

    /// <summary>From fields that were read elsewhere, with their line ends as above.</summary>
    /// <param name="valid">Whether the form carried the token of a page of this site.</param>
    public static FormState Of(string name, IReadOnlyDictionary<string, string> fields, bool valid) =>
        new(name, fields.ToDictionary(f => f.Key, f => f.Value.ReplaceLineEndings("\n").Trim(), StringComparer.Ordinal), valid ? null : Stale);

    public FormState Refused(Refusal refusal) => this with { Refusal = refusal };

    /// <summary>200 where nothing was refused.</summary>
    public int Status => Refusal is null ? StatusCodes.Status200OK : Problems.KindOf(Refusal.Code).Status;

    public string Id(string field) => $"{Name}-{field.Replace('.', '-')}";

    /// <summary>What is wrong with a field in the reader's words, or null.</summary>
    public string? ErrorOf(string field, Texts texts) =>
        Refusal?.Errors is { } errors && errors.TryGetValue(field, out var found) && found.Length > 0 ? RefusalWords.OfField(field, found[0], Refusal, texts) : null;

    public IEnumerable<string> FieldsInError => Refusal?.Errors?.Keys ?? [];
}

/// <summary>Refusals in the reader's language: the texts' own words for a code, else what the rule says, else the table's title.</summary>
public static class RefusalWords
{
    public static string Of(Refusal refusal, Texts texts) =>
        texts.Find("refusal." + refusal.Code)
        ?? (texts.Language == Language.Chinese ? refusal.Message : Problems.KindOf(refusal.Code).TitleEn + ".");

    /// <param name="error">As in <see cref="Refusal.Errors"/>: <c>code: words</c>, or a code alone.</param>
    public static string OfField(string field, string error, Refusal refusal, Texts texts)
    {
        var cut = error.IndexOf(": ", StringComparison.Ordinal);
        var code = cut < 0 ? error : error[..cut];
        return texts.Find($"error.{field}.{code}")
            ?? (texts.Language == Language.Chinese
                ? cut < 0 ? texts.Find("error." + code) ?? refusal.Message : error[(cut + 2)..]
                : texts.Find("error." + code) ?? (Problems.IsListed(code) ? Problems.KindOf(code).TitleEn + "." : Of(refusal, texts)));
    }
}
