using System.Globalization;
using System.Security.Cryptography;
using HotlinePush.Web;
using Microsoft.AspNetCore.DataProtection;

namespace HotlinePush.Notices.Recipients;

/// <summary>What somebody holds who has shown by a code whose phone it is: sealed, for half an hour.</summary>
public sealed class LookupTokens(IDataProtectionProvider protection, TimeProvider engine)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    public static readonly Refusal Over = new("lookupOver", "查询已超时，请重新获取验证码。");

    private const int MaxLength = 1_000;
    private readonly IDataProtector _protector = protection.CreateProtector("HotlinePush.Lookup");

    public string Write(string phone) => _protector.Protect(string.Create(CultureInfo.InvariantCulture, $"{(engine.GetUtcNow() + Lifetime).UtcTicks} {phone}"));

    /// <returns>The phone in E.164; null where it was not made here or its time is up.</returns>
    public string? Read(string? token)
    {
        if (token is null or { Length: 0 or > MaxLength })
            return null;
        try
        {
            return _protector.Unprotect(token).Split(' ') is [var until, var phone] && long.Parse(until, CultureInfo.InvariantCulture) > engine.GetUtcNow().UtcTicks ? phone : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
