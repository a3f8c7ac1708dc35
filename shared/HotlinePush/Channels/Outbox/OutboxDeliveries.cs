using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Notices.Sending;
using HotlinePush.Storage;

namespace HotlinePush.Channels.Outbox;

/// <summary>
/// Notices into the outbox: a slice is one batch. No limit and no quiet hours. Test recipients behave as documented; everybody else is reached.
/// </summary>
public sealed class OutboxDeliveries(ChannelKind kind, OutboxChannel outbox, OutboxOptions options, IMessageBus bus, MessageCatalogue catalogue, ProductClock clock) : IDeliveryChannel
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan TryAgainIn = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BouncesAfter = TimeSpan.FromSeconds(2);

    public ChannelKind Kind => kind;
    public string Provider => "outbox";

    /// <summary>Where deliveries are slowed down to be watched, few go at once, so that one sees them move.</summary>
    public ChannelLimits Limits { get; } = options.Delay > TimeSpan.Zero ? ChannelLimits.None with { AtOnce = 10 } : ChannelLimits.None;

    public bool KeepsQuietHours => false;

    public async Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<DeliveryText> texts, CancellationToken ct)
    {
        if (options.Delay > TimeSpan.Zero)
            await Task.Delay(options.Delay, clock.Engine, CancellationToken.None);
        var behaviours = texts.Select(t => TestRecipients.Of(t.To)).ToArray();
        var accepted = texts.Where((t, i) => Accepts(behaviours[i], t)).Select(Entry).ToList();
        try
        {
            await outbox.SendAllAsync(accepted, ct);
        }
        catch (TableStoreException)
        {
            return [.. texts.Select(_ => new SendOutcome.Unknown("outboxUnknown"))];
        }

        foreach (var (text, _) in texts.Zip(behaviours).Where(t => t.Second == TestBehaviour.Bounce))
            await BounceAsync(text);
        if (behaviours.Contains(TestBehaviour.Slow))
            await Task.Delay(Slow, clock.Engine, CancellationToken.None);
        return [.. texts.Select((t, i) => Outcome(behaviours[i], t))];
    }

    private static bool Accepts(TestBehaviour behaviour, DeliveryText text) =>
        behaviour != TestBehaviour.PermanentFailure && !(behaviour == TestBehaviour.TemporaryFailure && text.No == 1);

    private static SendOutcome Outcome(TestBehaviour behaviour, DeliveryText text) => behaviour switch
    {
        TestBehaviour.PermanentFailure => new SendOutcome.NotAccepted("permanentFailure", "a test recipient", RetryAdvice.No),
        TestBehaviour.TemporaryFailure when text.No == 1 => new SendOutcome.NotAccepted("temporaryFailure", "a test recipient", RetryAdvice.Later(TryAgainIn)),
        TestBehaviour.Bounce => new SendOutcome.Accepted(text.AttemptId),
        TestBehaviour.Timeout => new SendOutcome.Unknown("timeout"),
        _ => new SendOutcome.Accepted(text.AttemptId, Delivered: true),
    };

    private static OutgoingText Entry(DeliveryText text) =>
        new(text.AttemptId, text.Kind, text.To, text.Subject, text.Body, "notice", null, text.NoticeId, text.DeliveryId);

    private async Task BounceAsync(DeliveryText text)
    {
        var receipt = catalogue.Message(
            SendingMessages.ReceiptType, $"bounce-{text.AttemptId}", new ReceiptCame(text.AttemptId, DeliveryState.Failed, "bounced"), clock.Engine.GetUtcNow() + BouncesAfter);
        try
        {
            await bus.SendAsync([receipt.ToOutgoing()], CancellationToken.None);
        }
        catch (MessageBusException)
        {
            // A bounce that is lost is a text that was accepted.
        }
    }
}

public static class OutboxSetup
{
    /// <summary>The outbox on every channel. A host with a real provider for one registers that instead.</summary>
    public static IServiceCollection AddOutboxDeliveries(this IServiceCollection services)
    {
        foreach (var kind in Enum.GetValues<ChannelKind>().Where(k => k != ChannelKind.Group))
            services.AddSingleton<IDeliveryChannel>(s => ActivatorUtilities.CreateInstance<OutboxDeliveries>(s, kind));
        return services;
    }
}
