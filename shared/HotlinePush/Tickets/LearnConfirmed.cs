namespace HotlinePush.Tickets;

/// <param name="Key">The same for the same ticket whenever it is told: learning it twice must change nothing.</param>
/// <param name="Text">Subject and words.</param>
public readonly record struct ConfirmedText(string Key, string Text, string CategoryId);

/// <summary>Learns from categories that somebody confirmed. Returns when what was learnt is stored.</summary>
public delegate Task LearnConfirmed(IReadOnlyList<ConfirmedText> texts, CancellationToken ct);
