using HotlinePush.Tests.Support;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Tests.Tickets;

/// <summary>
/// What one ticket's ordinary life costs in batches, rows and messages. The figures are exact, so that a change shows up here and in the
/// docs; the aim is at most 25 batches and 12 messages. Each co-unit adds two batches: its list at dispatch and at the end.
/// </summary>
public sealed class TicketPriceTests : IAsyncLifetime
{
    private readonly PortLog _log = new();
    private readonly HotlineApp _app;

    public TicketPriceTests() => _app = new() { Change = _log.Watch };

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task OrdinaryLife_FromFilingToCallback_CostsWhatIsWrittenHere()
    {
        // The first ticket of a day writes the day's row as well.
        await DispatchedAsync(_app);
        var steps = new List<string>();
        var (batches, messages) = (0, 0);
        await TakeAsync("(before)", () => Task.CompletedTask);
        steps.Clear();
        (batches, messages) = (0, 0);

        TicketScenario? ticket = null;
        await TakeAsync("file and dispatch", async () => ticket = await FiledAsync());
        await TakeAsync("sign", () => ticket!.LeadAsync("sign"));
        await TakeAsync("contact", () => ticket!.LeadAsync("contact", new { note = "已联系" }));
        await TakeAsync("answer", () => ticket!.AnswerAsync());
        await TakeAsync("audit", () => ticket!.AcceptAsync());
        await TakeAsync("callback", () => ticket!.DeskAsync("callback", new { reached = true, resolved = true, satisfied = true }));

        Assert.Equal(
            """
            file and dispatch: 6 batches, 18 rows, 1 messages
            sign: 3 batches, 11 rows, 0 messages
            contact: 1 batches, 3 rows, 0 messages
            answer: 4 batches, 12 rows, 0 messages
            audit: 4 batches, 11 rows, 1 messages
            callback: 6 batches, 17 rows, 1 messages
            """.ReplaceLineEndings("\n"),
            string.Join('\n', steps));
        Assert.True(batches <= 25, $"{batches} batches");
        Assert.True(messages <= 12, $"{messages} messages");

        // One unit, no co-unit: the catalogue's rule for the whole city.
        async Task<TicketScenario> FiledAsync()
        {
            var phone = NewPhone();
            var filed = await FileAsync(_app, new { type = "Complaint", subject = "噪音扰民", description = "夜间施工噪音很大。", categoryId = NoiseCategory, contact = new { phone } });
            Assert.Equal("Dispatched", filed.Ok().State);
            return Of(_app, filed, phone);
        }

        async Task TakeAsync(string step, Func<Task> act)
        {
            _log.Clear();
            await act();
            await _app.AdvanceAsync(TimeSpan.FromSeconds(1));
            var (b, m) = (_log.Batches.ToList(), _log.Messages.ToList());
            steps.Add($"{step}: {b.Count} batches, {b.Sum(x => x.Operations.Count)} rows, {m.Count} messages");
            batches += b.Count;
            messages += m.Count;
        }
    }
}
