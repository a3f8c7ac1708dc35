using System.Globalization;
using System.Text;

namespace HotlinePush.Web;

/// <summary>
/// Collects what is wrong with the fields of one request, so that its sender learns all of it at once.
/// <see cref="Refusal"/> is null while nothing is.
/// </summary>
public sealed class Check
{
    /// <summary>The longest text taken anywhere, in characters (Unicode code points).</summary>
    public const int MaxText = 10_000;

    // One answer need not list more; a hostile body could make thousands.
    private const int MaxFields = 100;

    private readonly Dictionary<string, List<string>> _errors = new(StringComparer.Ordinal);
    private readonly List<(string Code, string Message)> _found = [];

    public bool Ok => _found.Count == 0;

    /// <summary>The code that all errors share, where it has an answer of its own, or <c>invalid</c>; each error stands under its field.</summary>
    public Refusal? Refusal => Ok
        ? null
        : new(
            Problems.IsListed(_found[0].Code) && _found.TrueForAll(f => f.Code == _found[0].Code) ? _found[0].Code : "invalid",
            _errors.Count == 1 ? _found[0].Message : string.Create(CultureInfo.InvariantCulture, $"有 {_errors.Count} 处填写有误，详见 errors。"),
            _errors.ToDictionary(e => e.Key, e => e.Value.ToArray(), StringComparer.Ordinal));

    public Check Add(string field, string code, string message)
    {
        if (!_errors.TryGetValue(field, out var texts))
        {
            if (_errors.Count == MaxFields)
                return this;
            _errors[field] = texts = [];
        }

        texts.Add($"{code}: {message}");
        _found.Add((code, message));
        return this;
    }

    public Check That(bool ok, string field, string code, string message) => ok ? this : Add(field, code, message);

    /// <param name="required">Blank counts as missing.</param>
    /// <param name="max">In code points.</param>
    public Check Text(string field, string? value, bool required = false, int max = MaxText)
    {
        if (string.IsNullOrWhiteSpace(value))
            return required ? Missing(field) : value is null ? this : Letters(field, value, max);
        return Letters(field, value, max);
    }

    public Check Required(string field, object? value) => value is null ? Missing(field) : this;

    public Check Range(string field, long? value, long min, long max) =>
        value is null || (value >= min && value <= max)
            ? this
            : Add(field, "outOfRange", string.Create(CultureInfo.InvariantCulture, $"应在 {min} 到 {max} 之间。"));

    public Check Range(string field, double? value, double min, double max) =>
        value is null || (value >= min && value <= max)
            ? this
            : Add(field, "outOfRange", string.Create(CultureInfo.InvariantCulture, $"应在 {min} 到 {max} 之间。"));

    /// <summary>One of some codes that are no enumeration (reason codes, channels).</summary>
    public Check OneOf(string field, string? value, params ReadOnlySpan<string> words)
    {
        if (value is null)
            return this;
        foreach (var word in words)
            if (word == value)
                return this;
        return Add(field, "unknownWord", $"应为以下之一：{string.Join("、", words.ToArray())}。");
    }

    public Check Missing(string field) => Add(field, "required", "此项必填。");

    private Check Letters(string field, string value, int max)
    {
        if (!Characters.AreAllowed(value))
            return Add(field, "badText", "含有控制字符或不完整的字符。");
        return value.Length > max && Characters.Count(value) > max
            ? Add(field, "tooLong", string.Create(CultureInfo.InvariantCulture, $"最多 {max} 个字。"))
            : this;
    }
}

/// <summary>What a text may hold: whole characters, and of the control characters only tab and line ends.</summary>
public static class Characters
{
    public static bool AreAllowed(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < ' ' ? c is not ('\t' or '\r' or '\n') : c is >= '\u007f' and <= '\u009f' or '\ufffe' or '\uffff')
                return false;
            if (!char.IsSurrogate(c))
                continue;
            if (!char.IsHighSurrogate(c) || ++i == text.Length || !char.IsLowSurrogate(text[i]))
                return false;
        }

        return true;
    }

    public static int Count(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }
}
