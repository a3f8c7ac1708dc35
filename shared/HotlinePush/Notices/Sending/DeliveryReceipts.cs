using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Notices.Sending;

public enum ReceiptResult
{
    Applied,

    /// <summary>It came before, or says less than is known.</summary>
    Nothing,

    /// <summary>No such attempt was ever made by this city.</summary>
    Forged,
}

/// <summary>What providers report after their answer: late, doubled and in any order.</summary>
public sealed class DeliveryReceipts(DeliveryStore deliveries, PageAlarms alarms, IMessageBus bus, MessageCatalogue catalogue, KeyRing keys, ProductClock clock)
{
    private const int MostTries = 50;

    /// <summary>A recipient whom a failure sends to the next channel is looked at by then, even if this process ends now.</summary>
    private static readonly TimeSpan AtLatest = TimeSpan.FromMinutes(1);

    /// <param name="attemptId">As the provider was given it.</param>
    /// <param name="state"><c>Sent</c>, <c>Delivered</c> or <c>Failed</c>.</param>
    /// <param name="code">The provider's own word.</param>
    public async Task<ReceiptResult> ApplyAsync(string attemptId, DeliveryState state, string? code, CancellationToken ct)
    {
        if (AttemptId.Read(keys, attemptId) is not { } id)
            return ReceiptResult.Forged;
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await deliveries.LoadOneAsync(id.NoticeId, id.Page, id.Row, ct) is not { } page)
                return ReceiptResult.Nothing;
            var before = page.Rows[id.Row]!;
            var after = DeliveryRules.Receive(before, id.No, state, code);
            if (ReferenceEquals(after, before))
                return ReceiptResult.Nothing;
            var goesOn = after.State == DeliveryState.Queued;
            if (goesOn)
                await alarms.SetAsync(id.NoticeId, id.Page, clock.GetUtcNow() + AtLatest, ct);
            if (!await deliveries.CommitAsync(page, [after], null, ct))
                continue;
            if (goesOn)
                await bus.SendAsync([catalogue.Wake(id.NoticeId, id.Page)], ct);
            return ReceiptResult.Applied;
        }

        throw new TableStoreException("A delivery is changed by too many at once.", isTransient: true);
    }

    internal Task HandleAsync(ReceiptCame message, CancellationToken ct) => ApplyAsync(message.AttemptId, message.State, message.Code, ct);
}
