using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using HotlinePush.Messaging;
using HotlinePush.Operations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace HotlinePush.Tests.Operations;

public sealed class TelemetryTests
{
    [Theory]
    [InlineData(1, false, "done")]
    [InlineData(1, true, "retry")]
    [InlineData(3, true, "dead")]
    public async Task Message_WhenHandled_IsMeasuredByKindAndOutcomeInAnActivityOfItsOwn(int delivery, bool fails, string outcome)
    {
        var type = $"probe.{Guid.NewGuid():N}.v1";
        var (seen, activities) = (new ConcurrentBag<(double Value, string Tags)>(), new ConcurrentBag<Activity>());
        using var meters = new MeterListener { InstrumentPublished = (i, l) => { if (i.Name == "hotline.messages.handled") l.EnableMeasurementEvents(i); } };
        meters.SetMeasurementEventCallback<double>((_, value, tags, _) => seen.Add((value, string.Join(' ', tags.ToArray().Select(t => $"{t.Key}={t.Value}")))));
        meters.Start();
        using var sources = new ActivityListener { ShouldListenTo = s => s.Name == Telemetry.Name, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData, ActivityStopped = activities.Add };
        ActivitySource.AddActivityListener(sources);
        var catalogue = new MessageCatalogue().Add<string, object>(type, Queues.Jobs, new(3, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)), (_, _, _) => fails ? throw new InvalidOperationException("no") : Task.CompletedTask);
        var dispatcher = new MessageDispatcher(catalogue, new ServiceCollection().AddSingleton(new object()).BuildServiceProvider(), NullLogger<MessageDispatcher>.Instance);

        await dispatcher.DispatchAsync(new(Queues.Jobs, "person-13800001234", type, "\"x\"", delivery, default, "t", default), default);

        var (value, tags) = Assert.Single(seen, s => s.Tags.Contains(type, StringComparison.Ordinal));
        Assert.True(value > 0);
        Assert.Equal($"type={type} outcome={outcome}", tags);
        var activity = Assert.Single(activities, a => a.DisplayName == $"handle {type}");
        Assert.Equal(outcome, activity.GetTagItem("hotline.outcome"));
        Assert.DoesNotContain(activity.TagObjects, t => t.Value?.ToString()?.Contains("13800001234", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void Channel_WhenACallerMadeItUp_IsNoTag()
    {
        var seen = new ConcurrentBag<string?>();
        using var meters = new MeterListener { InstrumentPublished = (i, l) => { if (i.Name == "hotline.tickets.filed") l.EnableMeasurementEvents(i); } };
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => seen.Add(tags[0].Value as string));
        meters.Start();

        Telemetry.TicketFiled("张三 13800001234");
        Telemetry.TicketFiled("sms");

        Assert.Contains("sms", seen);
        Assert.Contains("other", seen);
        Assert.DoesNotContain(seen, s => s!.Contains("138", StringComparison.Ordinal));
    }
}
