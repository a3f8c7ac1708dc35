using HotlinePush.Messaging;

namespace HotlinePush.Operations;

/// <summary>Every message that was given up: by the bus after its last delivery, or before the bus would take it. Bodies hold ids only.</summary>
public sealed class DeadLetters(IMessageBus bus, PendingMessages pending)
{
    /// <summary>The bus's own, oldest first, then those it never took; at most <paramref name="limit"/> after the id last seen.</summary>
    public async Task<IReadOnlyList<DeadLetter>> ReadAsync(int limit, string? after, CancellationToken ct)
    {
        if (after is not null && PendingMessages.IsDeadId(after))
            return await pending.ReadDeadAsync(limit, after, ct);
        var found = await bus.ReadDeadLettersAsync(limit, after, ct);
        return found.Count == limit ? found : [.. found, .. await pending.ReadDeadAsync(limit - found.Count, null, ct)];
    }

    /// <returns>False where there is none of that id.</returns>
    public Task<bool> ReplayAsync(string id, CancellationToken ct) => PendingMessages.IsDeadId(id) ? pending.ReplayAsync(id, ct) : bus.ReplayAsync(id, ct);
}
