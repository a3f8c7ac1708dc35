using System.Globalization;
using System.Text;
using HotlinePush.Messaging;
using HotlinePush.Notices.Sending;
using HotlinePush.Storage;

namespace HotlinePush.Channels.WeChat;

/// <param name="MessageId">The platform's.</param>
public sealed record WeChatReceiptCame(string MessageId, string Status);

/// <summary>
/// What the event <c>TEMPLATESENDJOBFINISH</c> reports. It names the platform's message only, so each accepted message leaves a row with its
/// attempt until its one report has come. The event may be faster than that row: it is looked for again a little later.
/// </summary>
public sealed class WeChatReceipts(ITableStore store, IMessageBus bus, MessageCatalogue catalogue, TimeProvider engine)
{
    public const string Table = "wechat-messages";
    public const string MessageType = "wechat.receipt.v1";
    private const int MaxId = 32;
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(30);

    public static string NameOf(long messageId) => messageId.ToString(CultureInfo.InvariantCulture);

    /// <summary>Goes into the catalogue.</summary>
    public static MessageCatalogue AddTo(MessageCatalogue catalogue) =>
        catalogue.Add<WeChatReceiptCame, WeChatReceipts>(MessageType, Queues.Notices, SendingMessages.Retry, (h, m, ct) => h.HandleAsync(m, ct));

    internal Task RememberAsync(string messageId, string attemptId, CancellationToken ct) =>
        store.CommitAsync(new Batch(Table, PartitionOf(messageId)).Upsert(Keys.Of(messageId), Encoding.ASCII.GetBytes(attemptId)), ct);

    /// <summary>To be called with what the event says, once its signature holds. Safe to repeat.</summary>
    /// <param name="messageId">Its <c>MsgID</c>.</param>
    /// <param name="status">Its <c>Status</c>: <c>success</c>, <c>failed:user block</c>, <c>failed: system failed</c>.</param>
    /// <returns><see cref="ReceiptResult.Nothing"/> where no message of that id is known, or not yet.</returns>
    public async Task<ReceiptResult> ApplyAsync(string messageId, string status, CancellationToken ct)
    {
        if (messageId.Length is 0 or > MaxId || !messageId.All(char.IsAsciiDigit))
            return ReceiptResult.Forged;
        if (await FindAsync(messageId, status, ct))
            return ReceiptResult.Applied;
        await bus.SendAsync([catalogue.Message(MessageType, messageId, new WeChatReceiptCame(messageId, WordOf(status)), engine.GetUtcNow() + LookAgainAfter).ToOutgoing()], ct);
        return ReceiptResult.Nothing;
    }

    internal Task HandleAsync(WeChatReceiptCame message, CancellationToken ct) => FindAsync(message.MessageId, message.Status, ct);

    private async Task<bool> FindAsync(string messageId, string status, CancellationToken ct)
    {
        var (partition, row) = (PartitionOf(messageId), Keys.Of(messageId));
        if (await store.ReadAsync(Table, partition, row, ct) is not { } found)
            return false;
        var attempt = Encoding.ASCII.GetString(found.Value.Span);
        var word = WordOf(status);
        var state = word == "success" ? DeliveryState.Delivered : DeliveryState.Failed;
        await bus.SendAsync([catalogue.Message(SendingMessages.ReceiptType, $"{attempt}-{state}", new ReceiptCame(attempt, state, word)).ToOutgoing()], ct);
        // There is one report for each message.
        await store.CommitAsync(new Batch(Table, partition).Delete(row), ct);
        return true;
    }

    private static string WordOf(string status) => status switch
    {
        "success" => "success",
        _ when status.Contains("block", StringComparison.OrdinalIgnoreCase) => "userBlock",
        _ when status.Contains("system", StringComparison.OrdinalIgnoreCase) => "systemFailed",
        _ => "failed",
    };

    private static string PartitionOf(string messageId) => (WorkShard.Of(messageId).Index % 16).ToString("x1", CultureInfo.InvariantCulture);
}
