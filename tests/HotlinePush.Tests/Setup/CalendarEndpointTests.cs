using System.Net;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Tests.Setup;

public sealed class CalendarEndpointTests
{
    [Fact]
    public async Task Year_WhenShipped_IsAnsweredAndOneWithoutNoticeIsNot()
    {
        await using var host = await SetupHost.StartAsync();

        var shipped = await host.GetAsync("/calendar/years/2026", "unit");

        Assert.Equal(2026, shipped.Json.GetProperty("year").GetInt32());
        Assert.NotEqual(0, shipped.Json.GetProperty("days").GetArrayLength());
        (await host.GetAsync("/calendar/years/2027")).IsProblem(404, "notFound");
        (await host.GetAsync("/calendar/years/next")).IsProblem(404, "notFound");
    }

    [Fact]
    public async Task Year_WhenSetThenSetEmpty_IsInForceAndThenWithdrawn()
    {
        await using var host = await SetupHost.StartAsync();
        const string notice = """{"days":[{"date":"2027-01-01","name":"元旦","isOffDay":true}]}""";

        await host.OkAsync("/calendar/years/2027", notice);
        var set = await host.GetAsync("/calendar/years/2027");
        await host.OkAsync("/calendar/years/2027", set.Text);
        await host.OkAsync("/calendar/years/2027", """{"days":[]}""");
        await host.OkAsync("/calendar/years/2026", """{"days":[]}""");

        Assert.Equal("元旦", set.Json.GetProperty("days")[0].GetProperty("name").GetString());
        (await host.GetAsync("/calendar/years/2027")).IsProblem(404, "notFound");
        (await host.GetAsync("/calendar/years/2026")).IsProblem(404, "notFound");
    }

    [Fact]
    public async Task Deadline_OverAHoliday_IsExplained()
    {
        await using var host = await SetupHost.StartAsync();

        var answer = await host.GetAsync("/calendar/deadline?from=2026-09-30T10:00:00+08:00&amount=1&unit=workingDays", "desk");

        Assert.Equal("2026-10-08T18:00:00+08:00", answer.Json.GetProperty("dueAt").GetString());
        Assert.False(answer.Json.GetProperty("provisional").GetBoolean());
        Assert.Equal("2026-10-08", Assert.Single(answer.Json.GetProperty("counted").EnumerateArray()).GetString());
        Assert.Contains(answer.Json.GetProperty("skipped").EnumerateArray(), s => s.GetProperty("code").GetString() == "holiday:国庆节");
    }

    [Theory]
    [InlineData("", "from,amount,unit")]
    [InlineData("from=2026-11-23T09:00:00Z&amount=0&unit=hours", "amount")]
    [InlineData("from=2026-11-23T09:00:00Z&amount=1001&unit=hours", "amount")]
    [InlineData("from=2026-11-23T09:00:00Z&amount=1&unit=weeks", "unit")]
    [InlineData("from=9999-12-30T09:00:00Z&amount=1000&unit=workingDays", "from")]
    [InlineData("from=yesterday&amount=1&unit=hours", "from")]
    public async Task Deadline_WhenTheQuestionIsWrong_NamesWhatIs(string query, string fields)
    {
        await using var host = await SetupHost.StartAsync();

        var answer = await host.GetAsync("/calendar/deadline?" + query, "desk");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(fields.Split(',').Order(StringComparer.Ordinal), answer.Fields.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Amendment_WithOpenTickets_MovesTheirDeadlinesOnce()
    {
        await using var host = await SetupHost.StartAsync();
        await host.FillAsync();
        var open = await CreateAsync(host, 40);
        var ended = await CreateAsync(host, 1);
        var end = await host.Get<TicketActions>().ActAsync(ended[0], new Decline("vague", "请补充"), new(Role.Desk, "k-desk"), null, default);
        Assert.Null(end.Refusal);
        var before = (await ReadAsync(host, open[0])).Ticket;
        Assert.Equal(new DateTimeOffset(2026, 11, 30, 18, 0, 0, TimeSpan.FromHours(8)), before.Running(ClockKind.Resolve)!.DueAt);

        var year = (await host.GetAsync("/calendar/years/2026")).Json.GetProperty("days").GetRawText();
        await host.OkAsync("/calendar/years/2026", $$"""{"days":{{year[..^1]}},{"date":"2026-11-25","name":"抗灾停工","isOffDay":true}]}""");
        var handled = await host.RunJobsAsync();

        Assert.True(handled > 1, "One message did it all; resuming was not tried.");
        foreach (var number in open)
            Assert.Equal(new DateTimeOffset(2026, 12, 1, 18, 0, 0, TimeSpan.FromHours(8)), (await ReadAsync(host, number)).Ticket.Running(ClockKind.Resolve)!.DueAt);
        var stored = await ReadAsync(host, open[0]);
        Assert.Equal("recompute", (await host.Get<TicketStore>().ReadHistoryAsync(stored))[^1].Action);
        Assert.Equal(end.Stored!.Ticket.Seq, (await ReadAsync(host, ended[0])).Ticket.Seq);

        host.Time.Now += TimeSpan.FromSeconds(30);
        Assert.True(await host.RunJobsAsync() > 1, "There was no second pass.");
        Assert.Equal(stored.Ticket.Seq, (await ReadAsync(host, open[0])).Ticket.Seq);
    }

    [Fact]
    public async Task Amendment_WhenTakenInByAProcessThatDidNotSeeIt_IsFoundByTheSecondPass()
    {
        await using var host = await SetupHost.StartAsync();
        await host.FillAsync();
        await host.OkAsync("/calendar/years/2026", """{"days":[{"date":"2026-11-25","name":"抗灾停工","isOffDay":true}]}""");
        await host.RunJobsAsync();
        // A ticket as a process with the former calendar would still have stored it.
        var number = (await CreateAsync(host, 1, WorkCalendar.Shipped))[0];
        Assert.Equal(30, (await ReadAsync(host, number)).Ticket.Running(ClockKind.Resolve)!.DueAt.Day);

        host.Time.Now += TimeSpan.FromSeconds(30);
        await host.RunJobsAsync();

        Assert.Equal(1, (await ReadAsync(host, number)).Ticket.Running(ClockKind.Resolve)!.DueAt.Day);
    }

    [Fact]
    public async Task Amendment_WhenRefused_SendsNothing()
    {
        await using var host = await SetupHost.StartAsync();

        (await host.PutAsync("/calendar/years/2026", """{"days":[]}""", "admin", ("If-Match", "\"7\""))).IsProblem(412, "versionConflict");

        Assert.Equal(new QueueDepth(0, 0, 0, 0, null), await host.Bus.CountAsync(Queues.Jobs));
    }

    private static async Task<StoredTicket> ReadAsync(SetupHost host, string number) => (await host.Get<TicketStore>().ReadAsync(number))!;

    private static async Task<List<string>> CreateAsync(SetupHost host, int count, WorkCalendar? calendar = null)
    {
        var city = await host.Get<CitySource>().GetAsync();
        var context = new RuleContext(city with { Calendar = calendar ?? city.Calendar }, host.Time.Now);
        var numbers = new List<string>();
        while (numbers.Count < count)
        {
            var number = TicketNumber.New(new(2026, 11, 23));
            var intake = new Intake
            {
                Number = number,
                Type = TicketType.Complaint,
                Subject = "夜间施工",
                Description = "凌晨仍在施工",
                Channel = "phone",
                Contact = new(Phone: "+8613800000000"),
            };
            var decision = TicketRules.Receive(intake, null, null, new(Role.Desk, "k-desk"), context);
            if (await host.Get<TicketActions>().CreateAsync(decision, default) is { Refusal: null })
                numbers.Add(number);
        }

        return numbers;
    }
}
