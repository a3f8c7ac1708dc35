using HotlinePush.Security;

namespace HotlinePush.Jobs;

[CamelCaseWords]
public enum JobState { Running, Done, Failed }

/// <summary>What was wrong with one row of a file.</summary>
/// <param name="Row">As a spreadsheet shows it: the header is 1.</param>
/// <param name="Column">Name of the column; null where the whole row is meant.</param>
/// <param name="Code">Stable word.</param>
/// <param name="Message">For people, in Chinese; never what stood in the cell.</param>
public sealed record JobError(int Row, string? Column, string Code, string Message);

/// <summary>Work that outlives its request: it goes on message by message and says how far it is.</summary>
public sealed record Job
{
    /// <summary>Errors kept for reading; further ones are only counted.</summary>
    public const int MaxErrors = 1_000;

    public const int MaxNotes = 100;

    public required string Id { get; init; }

    /// <summary>Stable word, such as <c>importTickets</c>.</summary>
    public required string Kind { get; init; }

    public JobState State { get; init; }

    /// <summary>Rows worked through, good and bad.</summary>
    public int Done { get; init; }

    /// <summary>Rows in all; 0 until they have been counted.</summary>
    public int Total { get; init; }

    public int ErrorCount { get; init; }
    public int ErrorsKept { get; init; }
    public IReadOnlyList<string> IgnoredColumns { get; init; } = [];

    /// <summary>What was left out on purpose and is no error: total rows, columns of ID numbers. At most <see cref="MaxNotes"/>.</summary>
    public IReadOnlyList<JobError> Notes { get; init; } = [];

    public required Actor StartedBy { get; init; }

    /// <summary>Product time.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Counts the messages that carry the job on. A message of another step is a repeat and does nothing.</summary>
    public int Step { get; init; }

    /// <summary>What the kind itself must know to go on: JSON.</summary>
    public required string Work { get; init; }

    /// <summary>Its starter and the admins may look at it.</summary>
    public bool MayBeSeenBy(Actor actor) => actor.Role == Role.Admin || actor == StartedBy;
}
