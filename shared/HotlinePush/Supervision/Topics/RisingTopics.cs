using HotlinePush.Clocks;

namespace HotlinePush.Supervision.Topics;

public sealed record DayCount(DateOnly Date, int Count);
public sealed record PlaceCount(string? AreaId, int Count);

/// <summary>What many people write about at the same time.</summary>
/// <param name="Words">Its own most telling words.</param>
/// <param name="Count">Tickets within the period; <paramref name="Before"/> as many days before it.</param>
/// <param name="Days">Of the period, those with tickets.</param>
/// <param name="Areas">Places, most tickets first; null where none was given.</param>
/// <param name="Numbers">The latest tickets, at most <see cref="RisingTopics.MostNumbers"/>; rights are checked when they are shown.</param>
public sealed record Topic(
    int Id, IReadOnlyList<string> Words, int Count, int Before, DateTimeOffset First, DateTimeOffset Last,
    IReadOnlyList<DayCount> Days, IReadOnlyList<PlaceCount> Areas, IReadOnlyList<PlaceCount> Categories, IReadOnlyList<string> Numbers);

/// <summary>The topics of a period, as they were found.</summary>
/// <param name="Read">Texts looked at.</param>
/// <param name="ReadBack">The oldest looked at; later than <paramref name="From"/> less the period where there were too many.</param>
/// <param name="Complete">Whether all of the period was read.</param>
public sealed record TopicReport(DateOnly From, DateOnly To, DateTimeOffset ComputedAt, int Read, DateTimeOffset? ReadBack, bool Complete, IReadOnlyList<Topic> Topics);

/// <summary>Pure: texts of a period and of as many days before it make its report.</summary>
public static class RisingTopics
{
    public const int MostTopics = 60;
    public const int MostNumbers = 100;
    private const int MostPlaces = 5;

    /// <param name="texts">In any order; those before the period only tell what has grown.</param>
    public static TopicReport Report(IReadOnlyList<TopicText> texts, DateOnly from, DateOnly to, bool complete, DateTimeOffset now)
    {
        var ordered = texts.OrderBy(t => t.At).ThenBy(t => t.Number, StringComparer.Ordinal).ToList();
        var topics = TopicFinder.Find(ordered)
            .Select(t => (t.Words, Members: t.Members.Select(m => ordered[m]).ToList()))
            .Select(t => (t.Words, Now: t.Members.Where(m => CityZone.DateOf(m.At) >= from).ToList(), Before: t.Members.Count(m => CityZone.DateOf(m.At) < from)))
            .Where(t => t.Now.Count >= TopicFinder.Smallest && t.Words.Count > 0)
            .OrderByDescending(t => t.Now.Count).ThenBy(t => t.Before)
            .Take(MostTopics)
            .Select((t, i) => new Topic(
                i + 1, t.Words, t.Now.Count, t.Before, t.Now[0].At, t.Now[^1].At,
                [.. t.Now.GroupBy(m => CityZone.DateOf(m.At)).OrderBy(g => g.Key).Select(g => new DayCount(g.Key, g.Count()))],
                Most(t.Now, m => m.AreaId), Most(t.Now, m => m.CategoryId),
                [.. t.Now.Select(m => m.Number).Reverse().Take(MostNumbers)]))
            .ToList();
        return new(from, to, now, texts.Count, ordered.Count > 0 ? ordered[0].At : null, complete, topics);
    }

    private static List<PlaceCount> Most(List<TopicText> members, Func<TopicText, string?> of) =>
        [.. members.GroupBy(of).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Take(MostPlaces).Select(g => new PlaceCount(g.Key, g.Count()))];
}
