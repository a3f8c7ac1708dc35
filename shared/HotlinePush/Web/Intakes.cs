using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Web;

/// <summary>A way in that has a trigger of its own in the cloud, to be watched and switched off by itself.</summary>
/// <param name="Name">Of the trigger.</param>
/// <param name="Route">Of the trigger: what lies below it goes there.</param>
public sealed record WayIn(string Name, string Route)
{
    /// <summary>The path that the route lies at, such as <c>/api/v1/tickets</c>.</summary>
    public PathString Path { get; } = "/" + Route[..Route.IndexOf("/{*", StringComparison.Ordinal)];
}

/// <summary>
/// Named after what they take in. The platform tries triggers in the order of their names, so each stands before <see cref="Pages"/>, which takes
/// everything.
/// </summary>
public static class Intakes
{
    public const string InboundAliyun = "hooks/aliyun/{*rest}";
    public const string InboundCalls = "hooks/calls/{*rest}";
    public const string InboundTwilio = "hooks/twilio/{*rest}";
    public const string InboundWeChat = "hooks/wechat/{*rest}";
    public const string IngestComments = "api/v1/consultations/{*rest}";
    public const string IngestTickets = "api/v1/tickets/{*rest}";
    public const string Lookup = "api/v1/lookup/{*rest}";
    public const string Notices = "api/v1/notices/{*rest}";
    public const string Open311 = "open311/{*rest}";

    /// <summary>The rest.</summary>
    public const string Pages = "{*path}";

    public static readonly IReadOnlyList<WayIn> All =
    [
        new(nameof(InboundAliyun), InboundAliyun),
        new(nameof(InboundCalls), InboundCalls),
        new(nameof(InboundTwilio), InboundTwilio),
        new(nameof(InboundWeChat), InboundWeChat),
        new(nameof(IngestComments), IngestComments),
        new(nameof(IngestTickets), IngestTickets),
        new(nameof(Lookup), Lookup),
        new(nameof(Notices), Notices),
        new(nameof(Open311), Open311),
    ];

    public static WayIn? Of(PathString path) => All.FirstOrDefault(i => path.StartsWithSegments(i.Path, StringComparison.OrdinalIgnoreCase));

    /// <summary>Those that the platform's own setting <c>AzureWebJobs.name.Disabled</c> switches off; on Linux it is written with two underscores for each dot.</summary>
    public static IReadOnlySet<string> SwitchedOff(IConfiguration configuration) =>
        All.Select(i => i.Name).Where(name => IsOn(configuration[$"AzureWebJobs.{name}.Disabled"]) || IsOn(configuration[$"AzureWebJobs:{name}:Disabled"])).ToHashSet(StringComparer.Ordinal);

    private static bool IsOn(string? setting) => setting?.Trim() is "1" || (bool.TryParse(setting, out var on) && on);
}
