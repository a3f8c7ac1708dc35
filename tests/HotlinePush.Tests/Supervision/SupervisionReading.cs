using HotlinePush.Clocks;
using HotlinePush.Storage;
using HotlinePush.Supervision;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using HotlinePush.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Supervision;

/// <summary>Figures as the API gives them, and the facts behind them as they lie in the store.</summary>
internal static class SupervisionReading
{
    public static readonly DateOnly Today = CityZone.DateOf(HotlineApp.Start);

    public static async Task<Answer> ReadAsync(this HotlineApp app, string path, string key = TicketScenario.Supervisor) =>
        (await TicketScenario.SendAsync(app, key, HttpMethod.Get, "/api/v1/supervision/" + path)).Ok();

    public static Task<Answer> SendAsync(this HotlineApp app, HttpMethod method, string path, object? body, string key = TicketScenario.Supervisor) =>
        TicketScenario.SendAsync(app, key, method, "/api/v1/supervision/" + path, body);

    /// <summary>Numerator, denominator.</summary>
    public static (int, int) Raw(this System.Text.Json.JsonElement item, string measure) => Share(item.GetProperty(measure));

    public static (int, int) AfterExclusions(this System.Text.Json.JsonElement item, string measure) => Share(item.GetProperty(measure).GetProperty("afterExclusions"));

    public static async Task<List<TicketFact>> FactsAsync(this HotlineApp app, DateOnly day)
    {
        var facts = new List<TicketFact>();
        await foreach (var fact in app.App.Services.GetRequiredService<FactStore>().ReadDayAsync(day, default))
            facts.Add(fact);
        return facts;
    }

    public static async Task<List<Ticket>> HeadsAsync(this HotlineApp app, DateOnly day)
    {
        var store = app.App.Services.GetRequiredService<ITableStore>();
        var page = await store.ReadRangeAsync(TicketIndexes.Table, TicketIndexes.DayPartition(day), TicketIndexes.DayAll, 1000);
        var heads = await app.App.Services.GetRequiredService<TicketStore>().ReadManyAsync([.. page.Rows.Select(r => TicketIndexes.NumberOf(r.Key))]);
        return [.. heads.Select(h => h.Ticket)];
    }

    private static (int, int) Share(System.Text.Json.JsonElement share) => (share.GetProperty("numerator").GetInt32(), share.GetProperty("denominator").GetInt32());
}
