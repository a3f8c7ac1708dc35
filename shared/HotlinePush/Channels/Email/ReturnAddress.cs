namespace HotlinePush.Channels.Email;

/// <summary>
/// An envelope sender of its own for each attempt, so that whatever comes back says which attempt it is about: <c>bounces+attempt@…</c>
/// (variable envelope return path; subaddresses by RFC 5233).
/// </summary>
public static class ReturnAddress
{
    /// <summary>RFC 5321, 4.5.3.1.1.</summary>
    private const int MaxLocal = 64;

    /// <summary>The plain address where the attempt would make it too long: the returned headers then name the attempt.</summary>
    public static string Of(string returnPath, string attemptId)
    {
        var at = returnPath.LastIndexOf('@');
        return at + 1 + attemptId.Length > MaxLocal ? returnPath : $"{returnPath[..at]}+{attemptId}{returnPath[at..]}";
    }

    /// <returns>The attempt; null where the address is none of ours. Servers may have changed small letters to capitals.</returns>
    public static string? AttemptOf(string returnPath, string address)
    {
        var at = returnPath.LastIndexOf('@');
        var (local, domain) = (returnPath[..at] + "+", returnPath[at..]);
        return address.Length > local.Length + domain.Length && address.StartsWith(local, StringComparison.OrdinalIgnoreCase) && address.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
            ? address[local.Length..^domain.Length].ToLowerInvariant()
            : null;
    }
}
