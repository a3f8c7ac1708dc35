using System.Buffers;
using System.Text.Json;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace HotlinePush.Security.Accounts;

/// <summary>
/// Whom Azure's own sign-in says this is: header <c>X-MS-CLIENT-PRINCIPAL</c>, base64 of
/// <c>{ auth_typ, claims: [{ typ, val }], name_typ, role_typ }</c>
/// (learn.microsoft.com, App Service, "Work with user identities"). The platform keeps outside requests from setting it; anywhere
/// else anybody could, so it is read only where the host says so.
/// </summary>
public sealed class PlatformIdentity(AccountStore accounts, IOptions<HotlineWebOptions> options)
{
    public const string Header = "X-MS-CLIENT-PRINCIPAL";

    // As much as a server takes of one header.
    private const int MaxHeader = 32 * 1024;

    /// <summary>The account whose user name is the value of the configured claim; null where there is none.</summary>
    public async ValueTask<Account?> FindAsync(HttpContext http)
    {
        if (!IsTold(http))
            return null;
        var name = ClaimOf(http.Request.Headers[Header].ToString(), options.Value.PlatformUserClaim);
        return name is null ? null : await accounts.LiveAsync(AccountStore.IdOf(AccountRules.Normal(name)), http.RequestAborted);
    }

    public bool IsTold(HttpContext http) => options.Value.TrustPlatformIdentity && http.Request.Headers[Header].Count == 1;

    /// <returns>Null where the header is none, or does not give the claim exactly once.</returns>
    public static string? ClaimOf(string header, string claim)
    {
        if (header.Length is 0 or > MaxHeader)
            return null;
        var bytes = ArrayPool<byte>.Shared.Rent(header.Length);
        try
        {
            if (!Convert.TryFromBase64String(header, bytes, out var length))
                return null;
            using var json = JsonDocument.Parse(bytes.AsMemory(0, length));
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("claims", out var claims) || claims.ValueKind != JsonValueKind.Array)
                return null;
            string? found = null;
            foreach (var one in claims.EnumerateArray())
            {
                if (Text(one, "typ") != claim)
                    continue;
                if (found is not null || Text(one, "val") is not { Length: > 0 and <= 256 } value)
                    return null;
                found = value;
            }

            return found;
        }
        catch (JsonException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
