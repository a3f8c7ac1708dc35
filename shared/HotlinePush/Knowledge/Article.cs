using HotlinePush.Security;

namespace HotlinePush.Knowledge;

/// <summary>An article's way: written, looked at by somebody else, shown to the public, taken away.</summary>
public enum ArticleState { Draft, InReview, Published, Retired }

/// <summary>What an article says.</summary>
/// <param name="Body">The ready answer, for everybody: paragraphs, with lines that begin <c>## </c>, <c>- </c> or <c>1. </c> as headings and lists.</param>
/// <param name="InternalNote">For desk, supervisors and admins only.</param>
/// <param name="AreaIds">Where it holds; nothing named: everywhere.</param>
/// <param name="UnitId">Who answers for what it says.</param>
/// <param name="Basis">The law or notice it rests on.</param>
/// <param name="ReviewBy">After this day (Asia/Shanghai) it is due for review: marked, and ranked lower.</param>
/// <param name="ValidFrom">The public does not find it before this day.</param>
/// <param name="ValidTo">After this day it is marked as expired, and ranked lower still.</param>
public sealed record ArticleText(
    string Title,
    string Body,
    string? InternalNote = null,
    string? CategoryId = null,
    IReadOnlyList<string>? AreaIds = null,
    string? UnitId = null,
    IReadOnlyList<string>? Keywords = null,
    string? Basis = null,
    DateOnly? ReviewBy = null,
    DateOnly? ValidFrom = null,
    DateOnly? ValidTo = null)
{
    public bool IsDue(DateOnly today) => ReviewBy < today || ValidTo < today;
    public bool IsExpired(DateOnly today) => ValidTo < today;
    public bool HasBegun(DateOnly today) => ValidFrom is null || ValidFrom <= today;
}

/// <summary>An article of the knowledge base 知识库. What is worked on and what the public reads may differ: a new text is shown once it is published.</summary>
public sealed record Article
{
    public required string Id { get; init; }

    /// <summary>Counts its changes: the version towards clients.</summary>
    public required int Version { get; init; }

    public required ArticleState State { get; init; }

    /// <summary>The text as last written.</summary>
    public required ArticleText Text { get; init; }

    /// <summary>The text the public reads; null where there is none.</summary>
    public ArticleText? Live { get; init; }

    /// <summary>Ids of those who wrote what is not yet published: none of them publishes it.</summary>
    public IReadOnlyList<string> Drafters { get; init; } = [];

    public required Actor ChangedBy { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>Why the last draft was refused.</summary>
    public string? Note { get; init; }
}

/// <summary>One line of an article's history, with the text as it stood then.</summary>
/// <param name="Action">create, edit, submit, publish, reject, retire, confirm.</param>
public sealed record ArticleVersion(int Version, DateTimeOffset At, Actor By, string Action, ArticleState State, ArticleText Text, string? Note);
