namespace HotlinePush.Web;

/// <summary>What a host sets about HTTP. Limits are per instance, except those on wrong tracking codes, which hold across instances.</summary>
public sealed class HotlineWebOptions
{
    /// <summary>Lifts every rate limit: for load tests only.</summary>
    public bool NoLimits { get; set; }

    /// <summary>Writing requests without a key, per minute and client address. High, because mobile carriers put a whole town behind one address.</summary>
    public int PublicWritesPerMinute { get; set; } = 300;

    /// <summary>Reading requests without a key, per minute and client address.</summary>
    public int PublicReadsPerMinute { get; set; } = 3_000;

    /// <summary>Requests per minute of one key or account.</summary>
    public int StaffRequestsPerMinute { get; set; } = 6_000;

    /// <summary>Wrong tracking codes per minute from one address before every look-up from there waits.</summary>
    public int WrongCodesPerAddress { get; set; } = 20;

    /// <summary>Wrong tracking codes per minute for one ticket number before addresses that took part wait.</summary>
    public int WrongCodesPerNumber { get; set; } = 60;

    /// <summary>Wrong names, passwords and keys at sign-in per minute from one address before every sign-in from there waits.</summary>
    public int WrongSignInsPerAddress { get; set; } = 30;

    /// <summary>One-time codes asked for per minute from one address, for whatever phones. High for the same reason.</summary>
    public int LookupsPerAddress { get; set; } = 30;

    /// <summary>One-time codes asked for per hour for one phone.</summary>
    public int CodesPerPhone { get; set; } = 5;

    /// <summary>Comments on consultations per hour from one address. High for the same reason.</summary>
    public int CommentsPerAddress { get; set; } = 120;

    /// <summary>Comments on one consultation per hour from one phone, by whatever channel.</summary>
    public int CommentsPerPhone { get; set; } = 20;

    /// <summary>
    /// Whether <c>X-MS-CLIENT-PRINCIPAL</c> says who calls. Only behind App Service authentication, which keeps callers from setting it themselves.
    /// </summary>
    public bool TrustPlatformIdentity { get; set; }

    /// <summary>The claim of that header that is an account's user name. For object ids: <c>http://schemas.microsoft.com/identity/claims/objectidentifier</c>.</summary>
    public string PlatformUserClaim { get; set; } = "preferred_username";

    /// <summary>Addresses or networks (<c>10.0.0.0/8</c>) whose <c>X-Forwarded-For</c> is believed; from anyone else it is ignored.</summary>
    public IList<string> TrustedProxies { get; } = [];
}
