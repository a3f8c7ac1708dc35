using System.Globalization;

namespace HotlinePush.Comments;

/// <summary>How many comments there are, and what became of them.</summary>
/// <param name="Received">All of them; those not confirmed by their code are none.</param>
/// <param name="Refused">Not shown, for a stated reason.</param>
/// <param name="Unanswered">Shown or held, and not answered yet.</param>
/// <param name="Sections">In the draft's order, the whole first; those without comments are left out.</param>
/// <param name="Channels">By the way they came, in the order of <see cref="CommentChannel"/>.</param>
public sealed record CommentFigures(
    int Received, int Held, int Published, int Refused, int Adopted, int Partly, int NotAdopted, int Unanswered, IReadOnlyList<SectionFigures> Sections, IReadOnlyList<ChannelFigures> Channels)
{
    public static readonly CommentFigures None = new(0, 0, 0, 0, 0, 0, 0, 0, [], []);

    /// <param name="sections">The draft's.</param>
    public static CommentFigures Of(IEnumerable<KeyValuePair<CommentCell, int>> cells, IReadOnlyList<SectionHead> sections)
    {
        var all = cells.Where(c => c.Value != 0).ToList();
        return new(
            Sum(_ => true), Sum(c => c.State == CommentState.Held), Sum(c => c.State == CommentState.Published), Sum(c => c.State == CommentState.Refused),
            Sum(c => c.Adopted == Adoption.Adopted), Sum(c => c.Adopted == Adoption.Partly), Sum(c => c.Adopted == Adoption.NotAdopted), Sum(c => c.Unanswered),
            [.. all.GroupBy(c => c.Key.Section ?? -1).OrderBy(g => g.Key).Select(g => new SectionFigures(
                g.Key >= 0 && g.Key < sections.Count ? sections[g.Key].Id : null,
                g.Sum(c => c.Value), Part(g, c => c.State == CommentState.Published), Part(g, c => c.Adopted == Adoption.Adopted), Part(g, c => c.Adopted == Adoption.Partly),
                Part(g, c => c.Adopted == Adoption.NotAdopted)))],
            [.. all.GroupBy(c => c.Key.Channel).OrderBy(g => g.Key).Select(g => new ChannelFigures(g.Key, g.Sum(c => c.Value)))]);

        int Sum(Func<CommentCell, bool> of) => Part(all, of);
        static int Part(IEnumerable<KeyValuePair<CommentCell, int>> of, Func<CommentCell, bool> wanted) => of.Where(c => wanted(c.Key)).Sum(c => c.Value);
    }
}

/// <param name="SectionId">Null for the whole.</param>
public sealed record SectionFigures(string? SectionId, int Received, int Published, int Adopted, int Partly, int NotAdopted);

public sealed record ChannelFigures(CommentChannel Channel, int Received);

/// <summary>
/// What a comment counts as. How many there are of each stands in eight rows of the consultation, changed in the batch that changes the comment:
/// figures never read the comments.
/// </summary>
public readonly record struct CommentCell(int? Section, CommentState State, Adoption? Adopted, bool Unanswered, CommentChannel Channel)
{
    public static CommentCell? Of(Comment? c) => c is { Counts: true } ? new(c.Section, c.State, c.Response?.Adopted, c.IsUnanswered, c.Channel) : null;

    /// <summary>As it is stored.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Section ?? -1} {State} {Adopted?.ToString() ?? "-"} {(Unanswered ? 1 : 0)} {Channel}");

    public static CommentCell Parse(string name)
    {
        var p = name.Split(' ');
        var section = int.Parse(p[0], CultureInfo.InvariantCulture);
        return new(section < 0 ? null : section, Enum.Parse<CommentState>(p[1]), p[2] == "-" ? null : Enum.Parse<Adoption>(p[2]), p[3] == "1", Enum.Parse<CommentChannel>(p[4]));
    }
}
