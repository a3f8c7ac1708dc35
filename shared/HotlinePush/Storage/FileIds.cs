namespace HotlinePush.Storage;

/// <summary>Ids of files: 1–200 of <c>a–z 0–9 - /</c>, a slash only between others.</summary>
public static class FileIds
{
    private const int MaxLength = 200;

    /// <exception cref="ArgumentException">It is none: a bug of the caller.</exception>
    public static string Check(string id)
    {
        var isPlain = id.Length is > 0 and <= MaxLength && id[0] != '/' && id[^1] != '/' && !id.Contains("//", StringComparison.Ordinal);
        foreach (var c in id)
            isPlain &= char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '/';
        return isPlain ? id : throw new ArgumentException($"'{id}' is no id of a file: 1 to {MaxLength} of a-z, 0-9, - and / between them.", nameof(id));
    }
}
