using System.Text;
using HotlinePush.Tests.Support;
using HotlinePush.Web;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.BadInput;

/// <summary>Whoever has no code learns nothing, and whoever guesses is slowed down.</summary>
public sealed class CodeGuessingTests : IAsyncLifetime
{
    private readonly HotlineApp _app = new() { Change = s => s.Configure<HotlineWebOptions>(o => o.NoLimits = false) };

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Ticket_WithoutItsCode_CannotBeToldFromOneThatDoesNotExist()
    {
        using var connection = new RawConnection(_app.Address);
        var filed = await connection.SendAsync(Sent.Json("POST", "/api/v1/tickets", null, Places.Ticket().ToJsonString()).ToBytes("1"));
        var ticket = System.Text.Json.JsonDocument.Parse(filed!.Body).RootElement;
        var number = ticket.GetProperty("number").GetString()!;
        var code = ticket.GetProperty("trackingCode").GetString()!;
        var unknown = HotlinePush.Tickets.TicketNumber.New(new(2026, 3, 2), () => 1);
        var last = code[^1] == 'A' ? 'B' : 'A';
        string[] targets =
        [
            number, $"{number}?code=", $"{number}?code=x", $"{number}?code={code[..^1]}", $"{number}?code={code}x", $"{number}?code={last}{code[1..]}", $"{number}?code={code}&code={code}", $"{number}?code=%00", $"{number}?code=%FF", $"{number}?code={new string('c', 4000)}",
            unknown, $"{unknown}?code=x", $"{unknown}?code={code}", $"{unknown[..^1]}x?code={code}", $"nonsense?code={code}",
        ];

        var answers = new List<Answer>();
        foreach (var target in targets)
            answers.Add((await connection.SendAsync(new Sent("GET", "/api/v1/tickets/" + target, null).ToBytes("1")))!);
        var right = await connection.SendAsync(new Sent("GET", $"/api/v1/tickets/{number}?code={code}", null).ToBytes("1"));

        Assert.All(answers, a => Assert.Equal(404, a.Status));
        Assert.Single(answers.Select(a => Encoding.UTF8.GetString(a.Body)).Distinct());
        Assert.Single(answers.Select(a => string.Join(' ', a.Headers.Where(h => h.Key != "Date").Select(h => $"{h.Key}={h.Value}").Order(StringComparer.Ordinal))).Distinct());
        Assert.Equal(200, right!.Status);
        Assert.Empty(_app.Warnings);
    }

    [Fact]
    public async Task Code_GuessedOften_IsSlowedDownWithATimeToWait()
    {
        using var connection = new RawConnection(_app.Address);
        var unknown = HotlinePush.Tickets.TicketNumber.New(new(2026, 3, 2), () => 2);
        Answer? slowed = null;
        // Windows are whole minutes: a run across the turn of one needs up to twice as many.
        for (var i = 0; i < 60 && slowed is null; i++)
        {
            var answer = await connection.SendAsync(new Sent("GET", $"/api/v1/tickets/{unknown}?code=guess{i}", null).ToBytes("1"));
            if (answer!.Status == 429)
                slowed = answer;
            else
                Assert.Equal(404, answer.Status);
        }

        Assert.NotNull(slowed);
        Assert.Null(BadInputApp.Problem(slowed));
        Assert.InRange(int.Parse(slowed.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        Assert.Empty(_app.Warnings);
    }
}
