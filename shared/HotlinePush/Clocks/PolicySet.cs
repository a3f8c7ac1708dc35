using HotlinePush.Tickets;

namespace HotlinePush.Clocks;

/// <summary>The limits one ticket is held to; copied into the ticket at receipt, so a later policy never moves it.</summary>
/// <param name="MaxExtension">The most working days all extensions of the ticket may add up to; 0 where none is allowed.</param>
public sealed record TicketLimits(
    TimeLimit Sign, TimeLimit Response, TimeLimit Resolve, TimeLimit Unit, TimeLimit Callback, int MaxExtension);

/// <summary>One line of a policy: a limit that replaces the default where type, priority and category prefix match. Null matches all.</summary>
public sealed record PolicyRule(
    TicketType? Type = null,
    Priority? Priority = null,
    string? CategoryPrefix = null,
    TimeLimit? Sign = null,
    TimeLimit? Response = null,
    TimeLimit? Resolve = null,
    TimeLimit? Unit = null,
    TimeLimit? Callback = null,
    int? MaxExtension = null);

/// <summary>
/// The limits in force, versioned. <see cref="LimitsFor"/> starts from the design's defaults and applies the matching rules,
/// the most specific last (category prefix length, then type, then priority).
/// </summary>
public sealed record PolicySet(int Version, IReadOnlyList<PolicyRule> Rules)
{
    public static readonly PolicySet Default = new(1, []);

    /// <summary>Null where no such ticket is taken: urgent Praise, urgent InformationRequest.</summary>
    public TicketLimits? LimitsFor(TicketType type, Priority priority, string? categoryId)
    {
        if (priority == Priority.Urgent && type is (TicketType.Praise or TicketType.InformationRequest))
            return null;
        var matching = Rules
            .Where(r => (r.Type is null || r.Type == type)
                && (r.Priority is null || r.Priority == priority)
                && (r.CategoryPrefix is null || (categoryId ?? "").StartsWith(r.CategoryPrefix, StringComparison.Ordinal)))
            .OrderBy(r => r.CategoryPrefix?.Length ?? 0).ThenBy(r => r.Type is null ? 0 : 1).ThenBy(r => r.Priority is null ? 0 : 1);
        TimeLimit? unit = null;
        var limits = Defaults(type, priority);
        foreach (var rule in matching)
        {
            unit = rule.Unit ?? unit;
            limits = limits with
            {
                Sign = rule.Sign ?? limits.Sign,
                Response = rule.Response ?? limits.Response,
                Resolve = rule.Resolve ?? limits.Resolve,
                Callback = rule.Callback ?? limits.Callback,
                MaxExtension = rule.MaxExtension ?? limits.MaxExtension,
            };
        }

        return limits with { Unit = unit ?? UnitLimit(limits.Resolve) };
    }

    private static TicketLimits Defaults(TicketType type, Priority priority)
    {
        if (priority == Priority.Urgent)
            return new(TimeLimit.Minutes(30), TimeLimit.Hours(2), TimeLimit.Hours(24), TimeLimit.Hours(20), TimeLimit.WorkingDays(1), 10);
        var resolve = TimeLimit.WorkingDays(type switch
        {
            TicketType.Inquiry => 3,
            TicketType.InformationRequest => 20,
            _ => 5,
        });
        return new(
            TimeLimit.WorkingHours(4), TimeLimit.WorkingDays(1), resolve, UnitLimit(resolve), TimeLimit.WorkingDays(3),
            type == TicketType.InformationRequest ? 20 : 10);
    }

    /// <summary>The resolve limit less one working day, at least one; for wall-clock limits the same share as 20 of 24 hours.</summary>
    private static TimeLimit UnitLimit(TimeLimit resolve) => resolve.Unit switch
    {
        LimitUnit.WorkingDays => resolve with { Amount = Math.Max(1, resolve.Amount - 1) },
        LimitUnit.WorkingHours => resolve with { Amount = Math.Max(1, resolve.Amount - 8) },
        _ => resolve with { Amount = Math.Max(1, resolve.Amount * 5 / 6) },
    };
}
