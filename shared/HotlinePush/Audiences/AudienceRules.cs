using System.Collections.Immutable;
using HotlinePush.Security;
using HotlinePush.Web;

namespace HotlinePush.Audiences;

/// <summary>What may become of an audience.</summary>
public static class AudienceRules
{
    public const int MaxName = 100;

    /// <summary>What is wrong with a new audience; null where nothing is.</summary>
    public static Refusal? CheckNew(string name, string field, DateOnly? retainUntil, DateOnly today)
    {
        var check = new Check().Text("name", name, required: true, max: MaxName).Text("field", field, required: true, max: 64);
        if (check.Ok)
            check.That(IsField(field), "field", "badValue", "领域代码应为字母和数字，以小写字母开头，如 relocation。");
        check.That(retainUntil is null || retainUntil >= today, "retainUntil", "outOfRange", "保存期限不能早于今天。");
        return check.Refusal;
    }

    private static bool IsField(string field) => field.Length > 0 && char.IsAsciiLetterLower(field[0]) && field.All(char.IsAsciiLetterOrDigit);

    /// <summary>The owning unit's publishers and reviewers; nobody else learns that it exists.</summary>
    public static bool MayBeSeenBy(this Audience audience, Actor actor) =>
        actor.Role is Role.Publisher or Role.Reviewer && actor.UnitId is not null && actor.UnitId == audience.UnitId;

    /// <summary>The pointer flips to a finished list, made from the list of <paramref name="baseVersion"/>.</summary>
    /// <returns>Null where another list came first.</returns>
    internal static Audience? Flip(Audience audience, AudienceList list, int baseVersion, Func<Audience, Audience> note)
    {
        if ((audience.List?.Version ?? 0) != baseVersion)
            return null;
        var after = note(audience) with { List = list };
        return after with { Leaving = LeavingAfter(after, audience.List is { } former ? [former] : []) };
    }

    /// <summary>Of lists that nobody may read any more, those that go.</summary>
    internal static ImmutableArray<AudienceList> LeavingAfter(Audience after, IReadOnlyList<AudienceList> ended) =>
        [.. after.Leaving, .. ended.Where(l => l.Version != after.List?.Version && after.Frozen.All(f => f.List.Version != l.Version) && after.Leaving.All(g => g.Version != l.Version)).DistinctBy(l => l.Version)];
}
