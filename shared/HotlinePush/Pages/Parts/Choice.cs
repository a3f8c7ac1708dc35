namespace HotlinePush.Pages.Parts;

/// <summary>One of several to choose from.</summary>
/// <param name="Hint">A line below, with radio buttons.</param>
/// <param name="Group">A heading above, in selects.</param>
public sealed record Choice(string Value, string Text, string? Hint = null, string? Group = null);
