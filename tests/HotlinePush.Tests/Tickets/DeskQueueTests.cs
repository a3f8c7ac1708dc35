using System.Net;
using HotlinePush.Tests.Support;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Tests.Tickets;

public sealed class DeskQueueTests(HotlineApp app) : IClassFixture<HotlineApp>
{
    [Fact]
    public async Task Queue_ListsWhatWaits_OverPages_LongestFirst()
    {
        var one = await AtDeskAsync(app);
        var two = await AtDeskAsync(app);

        var numbers = new List<string>();
        var path = "/api/v1/desk/queue?queue=dispatch&limit=1";
        for (var after = ""; after is not null;)
        {
            var page = (await SendAsync(app, Desk, HttpMethod.Get, path + (after.Length > 0 ? "&after=" + after : ""))).Ok();
            foreach (var item in page["items"].EnumerateArray())
            {
                Assert.Equal("dispatch", item.GetProperty("asked").GetString());
                numbers.Add(item.GetProperty("ticket").GetProperty("number").GetString()!);
            }

            after = page["next"].GetString()!;
        }

        Assert.True(numbers.IndexOf(one.Number) >= 0 && numbers.IndexOf(one.Number) < numbers.IndexOf(two.Number));
        Assert.Equal(numbers.Distinct(), numbers);
        var counts = (await SendAsync(app, Desk, HttpMethod.Get, "/api/v1/desk/queues")).Ok();
        Assert.Equal(numbers.Count, counts["items"].EnumerateArray().Single(c => c.GetProperty("queue").GetString() == "dispatch").GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Queue_WhenItIsNone_IsRefusedByName()
    {
        (await SendAsync(app, Desk, HttpMethod.Get, "/api/v1/desk/queue?queue=lunch")).Refused(HttpStatusCode.BadRequest, "unknownWord");
        (await SendAsync(app, Desk, HttpMethod.Get, "/api/v1/desk/queue?queue=audit&after=e30")).Refused(HttpStatusCode.BadRequest, "badCursor");
        (await SendAsync(app, KeyOf("water-group"), HttpMethod.Get, "/api/v1/desk/queue?queue=audit")).Refused(HttpStatusCode.Forbidden, "roleLacking");
    }

    [Fact]
    public async Task Person_ByPhone_HasItsTicketsNewestFirst_AndEachLookLeavesATrace()
    {
        var first = await AtDeskAsync(app);
        var phone = first.Phone![3..];
        var filed = await FileAsync(app, new { type = "Help", subject = "第二次", description = "再打一次。", contact = new { phone = "+86 " + phone } });

        var page = (await SendAsync(app, Desk, HttpMethod.Post, "/api/v1/people/tickets", new { phone, limit = 1 })).Ok();
        var rest = (await SendAsync(app, Desk, HttpMethod.Post, "/api/v1/people/tickets", new { phone, after = page["next"].GetString() })).Ok();
        var audit = (await SendAsync(app, Supervisor, HttpMethod.Get, "/api/v1/audit")).Ok();

        Assert.Equal(filed["number"].GetString(), page["items"][0].GetProperty("number").GetString());
        Assert.Equal(first.Number, Assert.Single(rest["items"].EnumerateArray()).GetProperty("number").GetString());
        Assert.Contains("look-up-person", audit.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(phone, audit.Text, StringComparison.Ordinal);
        (await SendAsync(app, Desk, HttpMethod.Post, "/api/v1/people/tickets", new { phone = "12" })).Refused(HttpStatusCode.BadRequest, "badValue");
        (await SendAsync(app, LeadKeyOf, HttpMethod.Post, "/api/v1/people/tickets", new { phone })).Refused(HttpStatusCode.Forbidden, "roleLacking");
    }

    private static string LeadKeyOf => KeyOf("water-group");
}
