namespace HotlinePush.Storage;

/// <summary>What tables and containers are called in an Azure storage account.</summary>
public static class CloudNames
{
    /// <summary>Between them, the names of tables that differ here differ there too: case does not tell tables apart in Azure.</summary>
    /// <param name="prefix">So that two installations can share an account; letters.</param>
    /// <returns>Letters and digits only, at most 63 (learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model).</returns>
    /// <exception cref="ArgumentException">The name cannot be one.</exception>
    public static string Table(string prefix, string table)
    {
        // A hyphen becomes x and the x of a name xx, so that no two names meet.
        var name = prefix + table.Replace("x", "xx", StringComparison.Ordinal).Replace("-", "xz", StringComparison.Ordinal);
        if (!table.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') || name.Length is < 3 or > 63 || !char.IsAsciiLetter(name[0]) || !name.All(char.IsAsciiLetterOrDigit))
            throw new ArgumentException($"'{name}' cannot be the name of a table in Azure.", nameof(table));
        return name;
    }
}
