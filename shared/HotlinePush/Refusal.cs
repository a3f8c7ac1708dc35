namespace HotlinePush;

/// <summary>
/// An expected "no", as a value: what pure rules return instead of throwing. <c>Web/Problems.cs</c> gives each code its HTTP status.
/// </summary>
/// <param name="Code">Stable, camelCase; clients branch on it.</param>
/// <param name="Message">What a person can do about it, in Chinese.</param>
/// <param name="Errors">By field path (<c>contact.phone</c>, <c>items[2].id</c>) or row; each text is <c>code: words</c>.</param>
public sealed record Refusal(string Code, string Message, IReadOnlyDictionary<string, string[]>? Errors = null)
{
    /// <summary>A refusal about one field.</summary>
    public static Refusal Of(string code, string field, string message) =>
        new(code, message, new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [$"{code}: {message}"] });
}

/// <summary>The words of this enumeration are written camelCase on the wire; without it they stand as declared.</summary>
[AttributeUsage(AttributeTargets.Enum)]
public sealed class CamelCaseWordsAttribute : Attribute;
