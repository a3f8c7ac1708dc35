using System.Text.RegularExpressions;
using HotlinePush.Notices.Sending;

namespace HotlinePush.Channels.Email;

/// <summary>What a delivery status notification says of one recipient (RFC 3464, 2.3.3 and 2.3.4).</summary>
public static partial class DeliveryStatusRules
{
    /// <param name="action">The field <c>Action</c>.</param>
    /// <param name="status">The field <c>Status</c>, an enhanced status code of RFC 3463.</param>
    /// <returns>Null where nothing is final: delayed, or passed on to where nobody reports (<c>relayed, expanded</c>).</returns>
    public static (DeliveryState State, string Code)? Of(string? action, string? status)
    {
        var code = Enhanced().Match(status ?? "") is { Success: true } match ? match.Value.Trim() : null;
        return action?.Trim().ToLowerInvariant() switch
        {
            "failed" => (DeliveryState.Failed, code ?? "bounced"),
            "delivered" => (DeliveryState.Delivered, code ?? "delivered"),
            _ => null,
        };
    }

    /// <summary>At the start of a reply or a status field.</summary>
    [GeneratedRegex(@"^\s*[245]\.\d{1,3}\.\d{1,3}\b")]
    internal static partial Regex Enhanced();
}
