using System.Text;
using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Web;
using HotlinePush.Tickets;
using HotlinePush.Timers;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HotlinePush.Tests.Setup;

/// <summary>The set-up's endpoints over a store and a bus in memory; keys are named after their roles.</summary>
internal sealed class SetupHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private SetupHost(WebApplication app) => (_app, _client) = (app, app.GetTestClient());

    public ManualTime Time { get; private init; } = null!;
    public MemoryMessageBus Bus { get; private init; } = null!;
    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<SetupHost> StartAsync()
    {
        var time = new ManualTime(new(2026, 11, 23, 1, 0, 0, TimeSpan.Zero));
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = "Production" });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        var services = builder.Services;
        services.AddHotlineWeb(o => o.NoLimits = true);
        services.AddSingleton<TimeProvider>(time).AddSingleton<ITableStore, MemoryTableStore>();
        services.AddSingleton<IMessageBus, MemoryMessageBus>().AddSingleton<PendingMessages>().AddSingleton<MessageDispatcher>();
        services.AddSingleton<SetupStore>().AddSingleton<CitySource>().AddSingleton(KeyRing.Create()).AddSingleton<ProductClock>();
        services.AddSingleton<TicketStore>().AddSingleton<TicketMessages>().AddSingleton<IndexSync>().AddSingleton<TicketActions>().AddSingleton<CalendarRecompute>().AddSingleton<TicketRouting>();
        services.AddSingleton<HotlinePush.Incidents.IncidentStore>().AddSingleton<TicketLists>().AddSingleton<AuditLog>().AddSingleton<UnitUse>();
        services.AddSingleton(s => new HotlinePush.Security.Accounts.AccountStore(s.GetRequiredService<ITableStore>(), time));
        services.AddSingleton(Messages());
        services.AddSingleton<FindKeyHolder>((key, _) => ValueTask.FromResult(
            Enum.TryParse<Role>(key, true, out var role) ? new Actor(role, "k-" + key, role == Role.Unit ? "water" : null) : null));
        var app = builder.Build();
        app.UseHotline(routes => routes.MapSetup());
        await app.StartAsync();
        return new(app) { Time = time, Bus = (MemoryMessageBus)app.Services.GetRequiredService<IMessageBus>() };
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? key, HttpContent? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, "/api/v1" + path) { Content = body };
        if (key is not null)
            request.Headers.Authorization = new("Bearer", key);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _client.SendAsync(request);
        var headersOut = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase);
        return new(response.StatusCode, await response.Content.ReadAsStringAsync(), headersOut);
    }

    public Task<Answer> GetAsync(string path, string? key = "admin", params (string, string)[] headers) => SendAsync(HttpMethod.Get, path, key, null, headers);

    public Task<Answer> PutAsync(string path, string json, string? key = "admin", params (string, string)[] headers) =>
        SendAsync(HttpMethod.Put, path, key, new StringContent(json, Encoding.UTF8, "application/json"), headers);

    public Task<Answer> PutCsvAsync(string path, string csv, string contentType = "text/csv") =>
        SendAsync(HttpMethod.Put, path, "admin", new ByteArrayContent(Encoding.UTF8.GetBytes(csv)) { Headers = { ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(contentType) } });

    /// <summary>A city of two districts, three units and a handful of categories.</summary>
    public async Task FillAsync()
    {
        await OkAsync("/areas", """[{"id":"9901","name":"云泽市"},{"id":"990101","name":"望江区","parentId":"9901","aliases":["望江"]},{"id":"990102","name":"清河区","parentId":"9901"}]""");
        await OkAsync("/categories", """[{"id":"env","name":"环境保护"},{"id":"env-noise","name":"噪声","parentId":"env"},{"id":"water","name":"供水"}]""");
        await OkAsync("/units", """
            [{"id":"water","name":"市水务局","contacts":[{"name":"张值班","phone":"13812341234","email":"duty@water.example"}],"areaIds":["9901"]},
             {"id":"env","name":"市生态环境局","kind":"cityDepartment","officeHours":[{"from":"08:30","to":"12:00"},{"from":"14:00","to":"17:30"}]},
             {"id":"wangjiang","name":"望江区政府","kind":"district","areaIds":["990101"]}]
            """);
        await OkAsync("/catalogue", """
            [{"id":"r1","categoryPrefix":"env","areaPrefix":"","leadUnitId":"env","coUnitIds":["wangjiang"],"tags":["夜间","工地"],"priority":"urgent"},
             {"id":"r2","categoryPrefix":"water","areaPrefix":"990101","leadUnitId":"water"}]
            """);
    }

    public async Task<Answer> OkAsync(string path, string json)
    {
        var answer = await PutAsync(path, json);
        Assert.True(answer.Status == System.Net.HttpStatusCode.OK, answer.Text);
        return answer;
    }

    /// <summary>Hands out what is due on the queue of long work until nothing is.</summary>
    public async Task<int> RunJobsAsync()
    {
        var dispatcher = Get<MessageDispatcher>();
        var handled = 0;
        while (await Bus.ReceiveAsync(Queues.Jobs, 1, TimeSpan.FromMinutes(1), TimeSpan.Zero) is [var message])
        {
            var settlement = await dispatcher.DispatchAsync(message, CancellationToken.None);
            Assert.Same(Settlement.Done, settlement);
            await Bus.SettleAsync(message, settlement);
            handled++;
        }

        return handled;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // What a ticket owes besides is of no interest here: it stays on its queues.
    private static MessageCatalogue Messages()
    {
        var catalogue = new MessageCatalogue();
        foreach (var (type, queue) in new[]
        {
            (TicketMessages.RouteType, Queues.Tickets), (TicketMessages.SyncType, Queues.Tickets), (TicketMessages.TellType, Queues.People),
            (TicketMessages.LearnType, Queues.Tickets), (TimerPass.MomentType, Queues.Timers),
        })
            catalogue.Add<JsonElement, TicketStore>(type, queue, new(1, TimeSpan.Zero, TimeSpan.Zero), (_, _, _) => Task.CompletedTask);
        CalendarRecompute.AddTo(catalogue);
        return catalogue;
    }
}
