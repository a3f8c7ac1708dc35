namespace HotlinePush;

/// <summary>An expected "no": a stable code, a reason a person can act on, and errors by field or row where they apply.</summary>
public sealed record Refusal(string Code, string Message, IReadOnlyDictionary<string, string[]>? Errors = null);
