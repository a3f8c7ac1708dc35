namespace HotlinePush.Clocks;

/// <summary>Time a clock stood still 中止计时, From before To. One still open is passed as ending now: the answer then is "if resumed now".</summary>
public readonly record struct Suspension(DateTimeOffset From, DateTimeOffset To);

/// <param name="DueAt">With the city's offset.</param>
/// <param name="Provisional">Working time touches a year whose notice is not published; the deadline may still move.</param>
public readonly record struct Deadline(DateTimeOffset DueAt, bool Provisional);

/// <summary>A day between receipt and deadline that did not count, and why.</summary>
/// <param name="Why">In Chinese, for residents.</param>
/// <param name="Code"><c>weekend</c>, <c>holiday:名称</c>, <c>receiptDay</c>, <c>suspended</c>, <c>afterHours</c>.</param>
public sealed record SkippedDay(DateOnly Date, string Why, string Code);

/// <summary>
/// How a deadline came about: the days on which time was counted and the days skipped, from receipt to deadline. Both are
/// empty for wall-clock limits, which skip nothing.
/// </summary>
public sealed record Explanation(Deadline Deadline, IReadOnlyList<DateOnly> Counted, IReadOnlyList<SkippedDay> Skipped);
