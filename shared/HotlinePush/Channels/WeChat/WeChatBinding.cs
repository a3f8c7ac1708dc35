using System.Text;
using HotlinePush.Audiences;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Channels.WeChat;

/// <summary>
/// Which openid a resident bound to their phone, once a code sent there had proved it theirs: found by a keyed hash of the phone, the openid
/// sealed. The store keeps neither in the clear.
/// </summary>
public sealed class WeChatBinding(ITableStore store, KeyRing keys)
{
    public const string Table = "wechat-bindings";
    private const string Purpose = "wechatBinding";
    private const string Back = "wechatPhone";

    /// <summary>A later binding of the same phone takes the earlier one's place.</summary>
    /// <param name="phone">E.164, proved.</param>
    public async Task BindAsync(string phone, string openId, CancellationToken ct)
    {
        // The way back first: it counts only where the way there agrees.
        var back = keys.IndexHash(Back, openId);
        await store.CommitAsync(new Batch(Table, PartitionOf(back)).Upsert(Keys.Of("back", back), SealedRow.Seal(keys, Encoding.UTF8.GetBytes(phone), back)), ct);
        var row = keys.IndexHash(Purpose, phone);
        await store.CommitAsync(new Batch(Table, PartitionOf(row)).Upsert(Keys.Of(row), SealedRow.Seal(keys, Encoding.UTF8.GetBytes(openId), row)), ct);
    }

    public async Task UnbindAsync(string phone, CancellationToken ct)
    {
        foreach (var row in keys.IndexHashes(Purpose, phone))
            await store.CommitAsync(new Batch(Table, PartitionOf(row)).Delete(Keys.Of(row)), ct);
    }

    /// <returns>The openid; null where the phone is bound to none.</returns>
    public async Task<string?> FindAsync(string phone, CancellationToken ct)
    {
        foreach (var row in keys.IndexHashes(Purpose, phone))
            if (await store.ReadAsync(Table, PartitionOf(row), Keys.Of(row), ct) is { } found && SealedRow.Open(keys, found.Value.Span, row) is { } openId)
                return Encoding.UTF8.GetString(openId);
        return null;
    }

    /// <returns>The phone that was last bound to this openid, E.164; null where there is none, or where the phone is another's by now.</returns>
    public async Task<string?> PhoneOfAsync(string openId, CancellationToken ct)
    {
        foreach (var row in keys.IndexHashes(Back, openId))
            if (await store.ReadAsync(Table, PartitionOf(row), Keys.Of("back", row), ct) is { } found && SealedRow.Open(keys, found.Value.Span, row) is { } bytes
                && Encoding.UTF8.GetString(bytes) is var phone && await FindAsync(phone, ct) == openId)
                return phone;
        return null;
    }

    internal static string PartitionOf(string hash) => hash.AsSpan(hash.IndexOf('-') + 1, 1).ToString();
}
