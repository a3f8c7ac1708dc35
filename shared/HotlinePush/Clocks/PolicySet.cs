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
    int? MaxExtension = null)
{
    internal IEnumerable<FieldProblem> Validate(string at)
    {
        if (Type is { } type && !Enum.IsDefined(type))
            yield return new(at + ".type", "unknownType", "There is no such type of ticket.");
        if (Priority is { } priority && !Enum.IsDefined(priority))
            yield return new(at + ".priority", "unknownPriority", "A priority is normal or urgent.");
        if (Priority == Tickets.Priority.Urgent && Type is (TicketType.Praise or TicketType.InformationRequest))
            yield return new(at + ".priority", "neverTaken", "Praise and requests for information are never urgent.");
        if (CategoryPrefix is { } prefix && (prefix.Length is 0 or > PolicySet.LongestPrefix || !prefix.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')))
            yield return new(at + ".categoryPrefix", "badPrefix", $"A prefix is 1 to {PolicySet.LongestPrefix} of a–z, 0–9 and -; leave it out to match every category.");
        foreach (var (field, limit) in new[] { ("sign", Sign), ("response", Response), ("resolve", Resolve), ("unit", Unit), ("callback", Callback) })
        {
            if (limit is { IsValid: false })
                yield return new($"{at}.{field}.amount", "amountOutOfRange", $"A limit is 1 to {TimeLimit.Most} working days, working hours, hours or minutes.");
        }

        if (MaxExtension is < 0 or > TimeLimit.Most)
            yield return new(at + ".maxExtension", "amountOutOfRange", $"Extensions add up to 0 to {TimeLimit.Most} working days.");
        if (this is { Sign: null, Response: null, Resolve: null, Unit: null, Callback: null, MaxExtension: null })
            yield return new(at, "emptyRule", "The rule sets no limit.");
    }
}

/// <summary>
/// The limits in force, versioned. <see cref="LimitsFor"/> starts from the design's defaults and applies the matching rules,
/// the most specific last (category prefix length, then type, then priority).
/// </summary>
public sealed record PolicySet(int Version, IReadOnlyList<PolicyRule> Rules)
{
    public static readonly PolicySet Default = new(1, []);

    public const int MostRules = 1000, LongestPrefix = 64;

    /// <summary>Empty when the policy may come into force. Limits 1–1000 of a known unit; extensions 0–1000 working days in all.</summary>
    public IReadOnlyList<FieldProblem> Validate()
    {
        if (Rules.Count > MostRules)
            return [new("rules", "tooManyRules", $"A policy has at most {MostRules} rules.")];
        var problems = new List<FieldProblem>();
        if (Version < 1)
            problems.Add(new("version", "versionOutOfRange", "Versions count from 1."));
        var seen = new HashSet<(TicketType?, Priority?, string?)>();
        for (var i = 0; i < Rules.Count; i++)
        {
            if (Rules[i] is not { } rule)
                problems.Add(new($"rules[{i}]", "required", "A rule is missing."));
            else if (!seen.Add((rule.Type, rule.Priority, rule.CategoryPrefix)))
                problems.Add(new($"rules[{i}]", "duplicate", "An earlier rule is for the same type, priority and category."));
            else
                problems.AddRange(rule.Validate($"rules[{i}]"));
        }

        return problems;
    }

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
