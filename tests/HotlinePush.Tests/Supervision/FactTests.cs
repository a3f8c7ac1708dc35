using System.Text;
using HotlinePush.Clocks;
using HotlinePush.Storage;
using HotlinePush.Supervision;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using HotlinePush.Units;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Supervision;

/// <summary>Whatever happens to tickets: their facts say what their heads say, and a day's figures what its facts say.</summary>
public sealed class FactTests : IAsyncLifetime
{
    private readonly PortLog _log = new();
    private readonly HotlineApp _app;

    public FactTests() => _app = new() { Change = _log.Watch };

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Facts_AfterRandomLives_AreThoseOfTheHeads_AndFiguresAreTheirSum(int seed)
    {
        var random = new Random(seed);
        var tickets = new List<TicketScenario>();
        for (var step = 0; step < 140; step++)
        {
            if (tickets.Count < 12 && random.Next(4) == 0)
                tickets.Add(random.Next(3) == 0 ? await TicketScenario.AtDeskAsync(_app) : await TicketScenario.DispatchedAsync(_app, priority: random.Next(4) == 0 ? "urgent" : null));
            else if (tickets.Count > 0)
                await ActAsync(random, tickets[random.Next(tickets.Count)]);
            if (random.Next(8) == 0)
                await _app.AdvanceAsync(TimeSpan.FromHours(random.Next(1, 40)));
            if (random.Next(30) == 0)
                await CheckAsync();
        }

        await _app.AdvanceAsync(TimeSpan.FromSeconds(1));
        await CheckAsync();
    }

    [Fact]
    public async Task Figures_WhenNothingChanged_AreReadAndNotMadeAgain()
    {
        await TicketScenario.ClosedAsync(_app);
        await _app.ReadAsync("scores");
        _log.Clear();

        await _app.ReadAsync("scores");
        var warm = _log.Batches.Count(b => b.Table == FactStore.Table);
        await TicketScenario.DispatchedAsync(_app);
        _log.Clear();
        var total = (await _app.ReadAsync("scores"))["total"];

        Assert.Equal(0, warm);
        Assert.Equal(1, _log.Batches.Count(b => b.Table == FactStore.Table));
        Assert.Equal(2, total.GetProperty("received").GetInt32());
    }

    [Fact]
    public async Task Figures_WhenADeadlinePassesAndNothingElse_Follow()
    {
        var ticket = await TicketScenario.SignedAsync(_app);
        var before = (await _app.ReadAsync("scores"))["total"];
        var due = (await ticket.SeenByAsync(TicketScenario.Desk)).Due("resolve");

        await _app.AdvanceToAsync(due);
        var after = (await _app.ReadAsync("scores"))["total"];

        Assert.Equal((0, 0), before.Raw("resolution"));
        Assert.Equal((0, 1), after.Raw("resolution"));
        Assert.Equal(1, after.GetProperty("overdue").GetInt32());
    }

    private async Task CheckAsync()
    {
        var now = await _app.NowAsync();
        var city = await _app.App.Services.GetRequiredService<CitySource>().GetAsync();
        for (var day = SupervisionReading.Today; day <= CityZone.DateOf(now); day = day.AddDays(1))
        {
            var heads = await _app.HeadsAsync(day);
            var facts = await _app.FactsAsync(day);
            Assert.Equal(
                heads.Select(TicketFact.Of).OrderBy(f => f.Number, StringComparer.Ordinal).Select(Text),
                facts.Select(Text));
            if (facts.Count == 0)
                continue;

            var count = new DayCount(day, city.Calendar, now);
            facts.ForEach(count.Add);
            var kept = Assert.Single((await _app.App.Services.GetRequiredService<FactStore>().FiguresAsync(day, day, default)).Days);
            Assert.Equal(Text(count.Done(kept.Stamp)), Text(kept));
        }
    }

    private static string Text(TicketFact fact) => Encoding.UTF8.GetString(fact.ToBytes());

    // Moments of the next change depend on when one looked.
    private static string Text(DayFigures figures) => Encoding.UTF8.GetString((figures with
    {
        ValidUntil = default,
        Units = Sorted(figures.Units),
        Areas = Sorted(figures.Areas),
        Categories = Sorted(figures.Categories),
        Types = Sorted(figures.Types),
        LateMinutes = Sorted(figures.LateMinutes),
    }).ToBytes());

    private static Dictionary<string, T> Sorted<T>(Dictionary<string, T> all) => all.OrderBy(a => a.Key, StringComparer.Ordinal).ToDictionary();

    private static async Task ActAsync(Random random, TicketScenario t)
    {
        var yes = random.Next(3) > 0;
        _ = random.Next(18) switch
        {
            0 or 1 => await t.LeadAsync("sign"),
            2 => await t.LeadAsync("contact", new { note = "已联系" }),
            3 => await t.LeadAsync("answer", new { text = "已办理。" }),
            4 or 5 => await t.DeskAsync("audit", new { accept = yes, note = "意见" }),
            6 => await t.DeskAsync("callback", new { reached = true, resolved = yes, satisfied = yes }),
            7 => await t.DeskAsync("callback", new { reached = false }),
            8 => await t.LeadAsync("return", new { reason = "notOurDuty", text = "不属本单位" }),
            9 => await t.DeskAsync("decide-return", new { approve = yes, note = "意见" }),
            10 => await t.SupervisorAsync("dispatch", new { leadUnitId = "city-environment" }),
            11 => await t.LeadAsync("extend", new { workingDays = 2, reason = "complex" }),
            12 => await t.SupervisorAsync("decide-extension", new { approve = yes, note = "意见" }),
            13 => await t.LeadAsync("suspend", new { reason = "thirdParty" }),
            14 => await t.DeskAsync("decide-suspension", new { approve = yes, note = "意见" }),
            15 => await t.LeadAsync("resume"),
            16 => await t.LeadAsync("appeal", new { measure = random.Next(2) == 0 ? "resolution" : "satisfaction", reason = "wrongRecord", text = "记录有误" }),
            _ => random.Next(4) == 0
                ? await t.DeskAsync("decline", new { reason = "vague", text = "不明确" })
                : await t.SupervisorAsync("decide-appeal", new { approve = yes, note = "意见" }),
        };
    }
}
