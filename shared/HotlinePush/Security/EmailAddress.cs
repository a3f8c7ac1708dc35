namespace HotlinePush.Security;

/// <summary>Mail addresses as people have them: the plain form of RFC 5321, ASCII, without quoted names and address literals.</summary>
public static class EmailAddress
{
    private const int MaxLength = 254;
    private const int MaxLocal = 64;
    private const int MaxLabel = 63;
    private const string Specials = "!#$%&'*+/=?^_`{|}~-.";

    /// <param name="address">Trimmed, half-width, the domain in small letters; empty where the answer is false.</param>
    public static bool TryParse(string? text, out string address)
    {
        address = "";
        if (text is null || text.Length > MaxLength + 32)
            return false;
        var folded = HalfWidth.Of(text).Trim(' ');
        var at = folded.IndexOf('@', StringComparison.Ordinal);
        if (folded.Length > MaxLength || at is < 1 or > MaxLocal)
            return false;
        var local = folded.AsSpan(0, at);
        var domain = folded[(at + 1)..].ToLowerInvariant();
        if (!IsLocal(local) || !IsDomain(domain))
            return false;
        address = $"{local}@{domain}";
        return true;
    }

    private static bool IsLocal(ReadOnlySpan<char> local)
    {
        foreach (var c in local)
            if (!char.IsAsciiLetterOrDigit(c) && !Specials.Contains(c, StringComparison.Ordinal))
                return false;
        return local[0] != '.' && local[^1] != '.' && local.IndexOf("..") < 0;
    }

    private static bool IsDomain(string domain)
    {
        var labels = domain.Split('.');
        foreach (var label in labels)
        {
            if (label.Length is 0 or > MaxLabel || label[0] == '-' || label[^1] == '-')
                return false;
            foreach (var c in label)
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                    return false;
        }

        return labels.Length >= 2 && char.IsAsciiLetter(labels[^1][0]);
    }
}
