using System.Collections.Immutable;
using System.Globalization;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Messaging;
using HotlinePush.Notices;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using HotlinePush.Timers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Tests.Notices.Sending;

/// <summary>Notices that are held in memory, as sending sees them.</summary>
internal sealed class HeldNotices : INoticeHeads
{
    private readonly Dictionary<string, Notice> _notices = new(StringComparer.Ordinal);

    public IReadOnlyCollection<Notice> All => _notices.Values;

    public Notice this[string id]
    {
        get => _notices[id];
        set => _notices[id] = value;
    }

    /// <returns>The notice's new version.</returns>
    public int Change(string id, Func<Notice, Notice> change) => (_notices[id] = change(_notices[id]) with { Seq = _notices[id].Seq + 1 }).Seq;

    public Task<Notice?> ReadAsync(string noticeId, CancellationToken ct) => Task.FromResult(_notices.GetValueOrDefault(noticeId));

    public Task BegunAsync(Notice notice, CancellationToken ct) => Task.CompletedTask;

    public Task TrialEndedAsync(string noticeId, CancellationToken ct)
    {
        if (_notices[noticeId].State == NoticeState.Sending)
            Change(noticeId, n => n with { State = NoticeState.Paused });
        return Task.CompletedTask;
    }

    public Task AllSentAsync(string noticeId, CancellationToken ct)
    {
        if (_notices[noticeId].State == NoticeState.Sending)
            Change(noticeId, n => n with { State = NoticeState.Sent });
        return Task.CompletedTask;
    }

    public Task MomentAsync(string noticeId, CancellationToken ct) => Task.CompletedTask;

    public static Notice New(string id, int recipients, params ChannelKind[] channels) => new()
    {
        Id = id,
        State = NoticeState.Sending,
        Title = "补偿款发放",
        Field = "relocation",
        UnitId = "city-housing",
        AudienceId = "a1",
        Channels = [.. channels],
        Texts = new("您好", new("您好", "您好"), "您好", "您好"),
        DraftedBy = new(Role.Publisher, "p1", "city-housing"),
        StartedAt = DateTimeOffset.UnixEpoch,
        Frozen = new(1, "list", "text", recipients, (recipients + Place.PageSize - 1) / Place.PageSize, DateTimeOffset.UnixEpoch),
    };
}

/// <summary>Sending on ports in memory and a clock of its own.</summary>
internal sealed class SendingBench : IDisposable
{
    private readonly ServiceProvider _services;

    public SendingBench(params IDeliveryChannel[] channels)
        : this(null, channels)
    {
    }

    public SendingBench(Action<IServiceCollection>? change, params IDeliveryChannel[] channels)
    {
        Bus = new(Time);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton(KeyRing.Create());
        services.AddSingleton<ITableStore>(Store);
        services.AddSingleton<IMessageBus>(Bus);
        services.AddHotlineProduct(demo: true);
        if (channels.Length > 0)
        {
            services.RemoveAll<IDeliveryChannel>();
            foreach (var channel in channels)
                services.AddSingleton(channel);
        }

        services.AddSingleton<INoticeHeads>(Notices);
        services.AddSingleton<ReadListPage>((_, _, page, _) => Task.FromResult(new RecipientPage(page, [.. People.Skip(page * Place.PageSize).Take(Place.PageSize)])));
        services.AddSingleton<FindLeftOut>((_, page, _) =>
            Task.FromResult<IReadOnlyDictionary<int, string>>(OptedOut.ToDictionary(i => i - page.Page * Place.PageSize, _ => "optedOut")));
        services.AddSingleton<ComposeText>((notice, recipient, channel, _) => new(notice.Title, $"{channel}: {recipient.Name}"));
        change?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public ManualTimeProvider Time { get; } = new(new(2026, 3, 2, 10, 0, 0, TimeSpan.FromHours(8)));
    public MemoryTableStore Store { get; } = new();
    public MemoryMessageBus Bus { get; }
    public HeldNotices Notices { get; } = new();
    public List<Recipient?> People { get; } = [];
    public HashSet<int> OptedOut { get; } = [];

    public IServiceProvider Services => _services;

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public static Recipient Person(int i, string? phone = null, string? email = null) => new()
    {
        Id = i.ToString(CultureInfo.InvariantCulture),
        Name = $"某{i}",
        Phone = phone ?? $"+86138{i:D8}",
        Email = email,
    };

    /// <summary>Begins the notice, or goes on with it.</summary>
    public async Task BeginAsync(string id) => await Bus.SendAsync([Get<MessageCatalogue>().BeginSending(id, Notices[id].Seq).ToOutgoing()]);

    public async Task RetryAsync(string id) =>
        await Bus.SendAsync([Get<MessageCatalogue>().RetryFailed(id, Notices.Change(id, n => n with { State = NoticeState.Sending })).ToOutgoing()]);

    /// <summary>Whatever is due now, until nothing is.</summary>
    public async Task RunAsync()
    {
        var dispatcher = Get<MessageDispatcher>();
        for (var busy = true; busy;)
        {
            busy = false;
            foreach (var queue in Queues.All)
            {
                foreach (var message in await Bus.ReceiveAsync(queue, 8, TimeSpan.FromSeconds(30), TimeSpan.Zero))
                {
                    busy = true;
                    await Bus.SettleAsync(message, await dispatcher.DispatchAsync(message, default));
                }
            }
        }
    }

    /// <summary>Time goes by in steps, as the timer pass sees it.</summary>
    public async Task PassAsync(TimeSpan time, TimeSpan step)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += step)
        {
            Time.Advance(step);
            await Get<TimerPass>().RunAsync(default);
            await RunAsync();
        }
    }

    public Task<Progress> ProgressAsync(string id) => Get<NoticeSending>().ProgressAsync(Notices[id], default);

    public async Task<IReadOnlyList<Delivery>> DeliveriesAsync(string id)
    {
        var all = new List<Delivery>();
        for (var page = 0; page < Notices[id].Frozen!.Pages; page++)
            all.AddRange(await Get<NoticeSending>().ReadPageAsync(Notices[id], page, default));
        return all;
    }

    public void Dispose() => _services.Dispose();
}

/// <summary>A provider that does what it is told and writes down every call.</summary>
internal sealed class ScriptedChannel(ChannelKind kind, string provider, Func<DeliveryText, SendOutcome> answer, ChannelLimits? limits = null) : IDeliveryChannel
{
    public List<DeliveryText> Calls { get; } = [];
    public ChannelKind Kind => kind;
    public string Provider => provider;
    public ChannelLimits Limits => limits ?? ChannelLimits.None;
    public bool KeepsQuietHours { get; init; }
    public Func<string, bool> For { get; init; } = _ => true;

    public bool Takes(string to) => For(to);

    public Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<DeliveryText> texts, CancellationToken ct)
    {
        Calls.AddRange(texts);
        return Task.FromResult<IReadOnlyList<SendOutcome>>(texts.Select(answer).ToImmutableArray());
    }
}
