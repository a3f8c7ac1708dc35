using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using HotlinePush.Messaging;

namespace HotlinePush.Operations;

/// <summary>
/// What can be measured of the product from outside: one source of activities and one meter, both called <c>HotlinePush</c>. Tags are stable
/// words and ids of kinds, never of people or tickets.
/// </summary>
public static class Telemetry
{
    public const string Name = "HotlinePush";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    private static readonly FrozenSet<string> Channels = FrozenSet.Create(StringComparer.Ordinal, "phone", "web", "sms", "wechat", "email", "open311", "import");

    private static readonly Counter<long> Filed = Meter.CreateCounter<long>("hotline.tickets.filed", "{ticket}", "Requests taken in");
    private static readonly Counter<long> Deliveries = Meter.CreateCounter<long>("hotline.deliveries", "{call}", "Calls to providers, by what they brought");
    private static readonly Histogram<double> Handled = Meter.CreateHistogram<double>("hotline.messages.handled", "s", "Time a message took in its handler");
    private static readonly Gauge<double> PendingAge = Meter.CreateGauge<double>("hotline.pending.age", "s", "Age of the oldest pending message; 0 where there is none");
    private static readonly Gauge<double> PassAge = Meter.CreateGauge<double>("hotline.timerpass.age", "s", "Since the last timer pass of any instance");
    private static readonly Gauge<double> Lateness = Meter.CreateGauge<double>("hotline.timers.lateness", "s", "99th percentile of how late this instance's last timers fired");
    private static readonly Gauge<long> DeadLetters = Meter.CreateGauge<long>("hotline.deadletters", "{message}", "Messages given up");

    /// <summary>Every instrument, as the documentation lists them.</summary>
    public static IReadOnlyList<Instrument> Instruments { get; } = [Filed, Deliveries, Handled, PendingAge, PassAge, Lateness, DeadLetters];

    /// <param name="channel">Callers write what they like there; only the channels known here become a tag.</param>
    public static void TicketFiled(string channel) => Filed.Add(1, new KeyValuePair<string, object?>("channel", Channels.Contains(channel) ? channel : "other"));

    /// <param name="outcome"><c>accepted, notAccepted, unknown</c>.</param>
    public static void Called(string provider, string outcome, int count) =>
        Deliveries.Add(count, new KeyValuePair<string, object?>("provider", provider), new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>An activity around one delivery; null where nobody listens.</summary>
    public static Activity? Handling(ReceivedMessage message)
    {
        var activity = Activities.StartActivity($"handle {message.Type}", ActivityKind.Consumer);
        activity?.SetTag("messaging.destination.name", message.Queue).SetTag("messaging.operation.type", "process").SetTag("hotline.deliveries", message.DeliveryCount);
        return activity;
    }

    /// <param name="outcome"><c>done, retry, dead</c>.</param>
    public static void MessageHandled(string type, string outcome, TimeSpan took) =>
        Handled.Record(took.TotalSeconds, new KeyValuePair<string, object?>("type", type), new KeyValuePair<string, object?>("outcome", outcome));

    internal static void Record(HealthAnswer health)
    {
        PendingAge.Record(health.PendingOldestSeconds ?? 0);
        DeadLetters.Record(health.DeadLetters);
        Lateness.Record(health.TimerLateness.P99Ms / 1000);
        if (health.TimerPassSeconds is { } age)
            PassAge.Record(age);
    }
}

/// <summary>Looks at the system each minute for whoever collects its metrics.</summary>
public sealed class HealthMetrics(SystemHealth health)
{
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    public async Task<int> RunAsync(CancellationToken ct)
    {
        Telemetry.Record(await health.AllAsync(ct));
        return 1;
    }
}
