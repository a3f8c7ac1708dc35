namespace HotlinePush.Pages;

/// <summary>Where a reader may be sent on to: a path of this site, nothing that a browser could read as another.</summary>
public static class LocalAddress
{
    public static bool IsLocal(string? address)
    {
        if (string.IsNullOrEmpty(address) || address.Length > 2_000 || address[0] != '/' || (address.Length > 1 && address[1] == '/'))
            return false;
        // Browsers read a backslash as a slash and drop tabs and line ends before they look at the address.
        foreach (var c in address)
            if (c is '\\' or <= ' ' or >= '\u007f')
                return false;
        return true;
    }
}
