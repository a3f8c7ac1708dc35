using System.Security.Cryptography;
using System.Text;
using HotlinePush.Channels.Outbox;
using HotlinePush.Notices.Sending;
using HotlinePush.Notices.Templates;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Channels;

/// <summary>
/// What the product itself tells people (about tickets, one-time codes), by the same providers as notices; where the host has none for the
/// address, into the outbox. A provider of registered templates gets the one whose words the text has.
/// </summary>
/// <remarks>
/// A row under the text's id comes before the first call, and goes only with proof that nothing was accepted: a text whose end is not known
/// is not sent again.
/// </remarks>
public sealed class TextChannel(
    OutboxChannel outbox, DeliveryChannels channels, TemplateRegister templates, SlotStore slots, ITableStore store, KeyRing keys, TimeProvider engine, ILogger<TextChannel> log) : IChannel
{
    public const string Table = "texts";
    private const int Partitions = 16;
    private static readonly TimeSpan CallWithin = TimeSpan.FromSeconds(20);
    private static readonly byte[] Marker = "{}"u8.ToArray();

    public async Task SendAsync(OutgoingText text, CancellationToken ct)
    {
        var providers = channels.For(text.Kind).Where(c => c is not OutboxDeliveries && c.Takes(text.To)).ToList();
        var made = providers.Count == 0 ? null : await MakeAsync(text, ct);
        if (made is null)
        {
            if (providers.Count > 0)
                log.LogWarning("No registered template has the words of a text for {Purpose}: it went into the outbox", text.Purpose);
            await outbox.SendAsync(text, ct);
            return;
        }

        SendOutcome.NotAccepted? refusal = null;
        foreach (var provider in providers)
        {
            refusal = await TryAsync(provider, text, made, ct);
            if (refusal is not { Retry.Never: true })
                break;
        }

        if (refusal is { Retry.Never: true })
            log.LogWarning("A text for {Purpose} was refused for good: {Code}", text.Purpose, refusal.Code);
        else if (refusal is not null)
            throw new ChannelException($"A text for {text.Purpose} was not accepted: {refusal.Code}.");
    }

    /// <returns>Null where it was accepted, may have been, or was before.</returns>
    private async Task<SendOutcome.NotAccepted?> TryAsync(IDeliveryChannel provider, OutgoingText text, DeliveryText made, CancellationToken ct)
    {
        var grant = provider.Limits.Calls == int.MaxValue
            ? new SlotGrant(1, DateTimeOffset.MaxValue, default)
            : await slots.TakeAsync(provider.Provider, provider.Limits.Calls, provider.Limits.Window, 1, engine.GetUtcNow(), ct);
        if (grant.Count == 0)
            return new("limit", "", RetryAdvice.Later(TimeSpan.Zero));
        var (partition, row) = PlaceOf(text.Id);
        if (!(await store.CommitAsync(new Batch(Table, partition).Insert(row, Marker), ct)).Committed)
            return null;
        var outcome = engine.GetUtcNow() > grant.UseBefore ? new SendOutcome.NotAccepted("limit", "", RetryAdvice.Later(TimeSpan.Zero)) : await CallAsync(provider, made);
        if (outcome is SendOutcome.NotAccepted refused)
        {
            await store.CommitAsync(new Batch(Table, partition).Delete(row), CancellationToken.None);
            return refused;
        }

        if (outcome is SendOutcome.Unknown unknown)
            log.LogWarning("The end of a text for {Purpose} by {Provider} is not known: {Reason}", text.Purpose, provider.Provider, unknown.Reason);
        return null;
    }

    private async Task<SendOutcome> CallAsync(IDeliveryChannel provider, DeliveryText made)
    {
        using var cut = new CancellationTokenSource(CallWithin, engine);
        try
        {
            return (await provider.SendAsync([made], cut.Token))[0];
        }
        catch (Exception e)
        {
            // Its message could name the person.
            log.LogError("Provider {Provider} threw {Exception}", provider.Provider, e.GetType().Name);
            return new SendOutcome.Unknown("channelFailed");
        }
    }

    /// <summary>Null where the provider needs a template and none has these words.</summary>
    private async Task<DeliveryText?> MakeAsync(OutgoingText text, CancellationToken ct)
    {
        var reference = TextReference.Write(keys, text.Id);
        var made = new DeliveryText(reference, text.Kind, text.To, text.Subject, text.Body, text.NoticeId ?? "", text.DeliveryId ?? reference);
        var set = await templates.ReadAsync(ct);
        if (!set.Demands.Any(d => d.Channel == text.Kind))
            return made;
        foreach (var template in set.Templates.Where(t => t.Channel == text.Kind))
            if (TemplateText.Match(template, text.Body) is { } values)
                return made with { TemplateCode = template.Code, Values = values };
        return null;
    }

    internal static (string Partition, string Row) PlaceOf(string id)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
        return ((WorkShard.Of(id).Index % Partitions).ToString("x1", System.Globalization.CultureInfo.InvariantCulture), hash);
    }
}

/// <summary>The name of such a text towards its provider, <c>t-id-mac</c>: a report that names it is known for ours, and tells nothing more.</summary>
public static class TextReference
{
    private const string Purpose = "text";
    private const int IdLength = 20, MacLength = 10;

    public static string Write(KeyRing keys, string textId)
    {
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(textId)))[..IdLength];
        return $"t-{id}-{Mac(keys.IndexHash(Purpose, id))}";
    }

    public static bool IsOurs(KeyRing keys, string? text) =>
        text?.Split('-') is ["t", { Length: IdLength } id, { Length: MacLength } mac]
        && keys.IndexHashes(Purpose, id).Any(h => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(mac), Encoding.UTF8.GetBytes(Mac(h))));

    private static string Mac(string hash) => hash.AsSpan(hash.IndexOf('-') + 1, MacLength).ToString();
}
