using System.Net;
using HotlinePush.Tests.Support;
using HotlinePush.Tickets;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Tests.Tickets;

/// <summary>Every action against every role, and every action against every state.</summary>
public sealed class RightsTests(HotlineApp app) : IClassFixture<HotlineApp>
{
    /// <summary>Action, a body that is right for it, and who may do it.</summary>
    private static readonly (string Action, object Body, string May)[] Actions =
    [
        ("answer-at-desk", new { text = "答复" }, "desk supervisor"),
        ("dispatch", new { leadUnitId = "gas-company" }, "desk supervisor"),
        ("sign", new { }, "lead"),
        ("return", new { reason = "notOurDuty", text = "不属本单位" }, "lead"),
        ("decide-return", new { approve = false, note = "不同意" }, "desk supervisor"),
        ("reassign", new { leadUnitId = "gas-company", note = "改派" }, "desk supervisor"),
        ("contact", new { note = "联系" }, "lead"),
        ("extend", new { workingDays = 1, reason = "complex" }, "lead"),
        ("decide-extension", new { approve = false, note = "不同意" }, "supervisor"),
        ("suspend", new { reason = "thirdParty" }, "lead"),
        ("decide-suspension", new { approve = false, note = "不同意" }, "desk supervisor"),
        ("resume", new { }, "lead desk supervisor"),
        ("answer", new { text = "答复" }, "lead"),
        ("join", new { unitIds = new[] { "bus-group" }, note = "请协办" }, "lead desk supervisor"),
        ("opinion", new { text = "意见" }, "co"),
        ("delegate", new { unitId = "gas-company", note = "请办理" }, "lead"),
        ("recall", new { note = "收回" }, "lead"),
        ("sign-off", new { accept = false, note = "请补充" }, "lead"),
        ("supervise", new { text = "请限期办结", workingDays = 3 }, "supervisor"),
        ("park", new { reason = "policyGap", text = "尚无政策", reviewAt = "2026-04-01T09:00:00+08:00" }, "supervisor"),
        ("review", new { note = "继续", reviewAt = "2026-04-01T09:00:00+08:00" }, "supervisor"),
        ("unpark", new { text = "已出台政策" }, "supervisor"),
        ("audit", new { accept = false, note = "不合格" }, "desk supervisor"),
        ("callback", new { reached = false }, "desk supervisor"),
        ("merge", new { into = TicketNumber.New(new DateOnly(2026, 3, 2), () => 9_999_999) }, "desk supervisor"),
        ("decline", new { reason = "vague", text = "不明确" }, "desk supervisor"),
        ("handover", new { service = "110", takenBy = "接警员" }, "desk supervisor"),
        ("terminate", new { reason = "repeated", text = "重复" }, "desk supervisor"),
        ("follow-up", new { text = "补充" }, "resident desk supervisor"),
        ("urge", new { }, "resident desk supervisor"),
    ];

    public static TheoryData<string> ActionNames => [.. Actions.Select(a => a.Action)];

    [Theory]
    [MemberData(nameof(ActionNames))]
    public async Task Action_ByEachRole_IsForThoseAloneWhomTheTableNames(string name)
    {
        var (_, body, may) = Actions.Single(a => a.Action == name);
        var ticket = await WithCoUnitAsync();
        var roles = new Dictionary<string, string?>
        {
            ["lead"] = KeyOf("city-housing"),
            ["co"] = KeyOf("city-environment"),
            ["other"] = KeyOf("water-group"),
            ["admin"] = Admin,
            ["publisher"] = "demo-publisher",
            ["reviewer"] = "demo-reviewer",
            ["none"] = null,
            ["resident"] = null,
            ["desk"] = Desk,
            ["supervisor"] = Supervisor,
        };
        var forResidents = may.Contains("resident", StringComparison.Ordinal);
        var unitMay = may.Contains("lead", StringComparison.Ordinal) || may == "co";
        var wrong = new List<string>();
        // Those who may come last: what they do changes the ticket.
        foreach (var (role, key) in roles.OrderBy(r => may.Split(' ').Contains(r.Key)))
        {
            var answer = await ticket.ActAsync(key, name, body, role == "resident" ? "?code=" + Uri.EscapeDataString(ticket.Code) : "");
            var status = (int)answer.Status;
            var right = may.Split(' ').Contains(role)
                ? status is 200 or 409 || (name is "merge" or "reassign" or "delegate" or "join" && status is 400 or 409)
                : role switch
                {
                    "none" => status == (forResidents ? 404 : 401),
                    "resident" => status == 401,
                    // A unit that may do such things elsewhere must not learn that this ticket exists.
                    "other" => status == (unitMay || forResidents ? 404 : 403),
                    _ => status == 403,
                };
            if (!right)
                wrong.Add($"{role}: {status} {answer.Code}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Reading_ByEachRole_IsForThoseConcerned()
    {
        var ticket = await WithCoUnitAsync();
        var expected = new (string? Key, int Ticket, int History)[]
        {
            (Desk, 200, 200), (Supervisor, 200, 200), (Admin, 200, 200), (KeyOf("city-housing"), 200, 200), (KeyOf("city-environment"), 200, 200),
            (KeyOf("water-group"), 404, 404), ("demo-publisher", 403, 403), ("demo-reviewer", 403, 403), (null, 404, 401), ("wrong-key", 401, 401),
        };
        foreach (var (key, seen, history) in expected)
        {
            Assert.Equal((key, seen), (key, (int)(await ticket.SeenByAsync(key)).Status));
            Assert.Equal((key, seen), (key, (int)(await ticket.SeenByAsync(key, "/clocks")).Status));
            Assert.Equal((key, history), (key, (int)(await ticket.SeenByAsync(key, "/history")).Status));
        }
    }

    public static TheoryData<string> States => ["Received", "Dispatched", "InProgress", "Answered", "CallbackDue", "Closed", "Merged", "Declined", "HandedOver", "Terminated"];

    /// <summary>What the table allows in each state, marks aside: without one, deciding it is the wrong state.</summary>
    private static string Allowed(string state) => state switch
    {
        "Received" => "supervise answer-at-desk dispatch merge decline handover terminate follow-up urge",
        "Dispatched" => "supervise join park sign return reassign contact merge decline handover terminate follow-up urge",
        "InProgress" => "supervise join park delegate return reassign contact extend suspend answer merge decline handover terminate follow-up urge",
        "Answered" => "supervise audit merge decline handover terminate follow-up urge",
        "CallbackDue" => "supervise callback merge decline handover terminate follow-up urge",
        _ => "",
    };

    [Theory]
    [MemberData(nameof(States))]
    public async Task Action_InAStateThatDoesNotAllowIt_IsAConflictAndChangesNothing(string state)
    {
        var ticket = await InAsync(state);
        var version = (await ticket.SeenByAsync(Desk)).ETag;
        var wrong = new List<string>();
        // A ticket without co-units has nobody who could give an opinion.
        foreach (var (action, body, may) in Actions.Where(a => a.May != "co" && !Allowed(state).Split(' ').Contains(a.Action)))
        {
            var key = may.StartsWith("lead", StringComparison.Ordinal) ? ticket.Lead.Length > 0 ? ticket.LeadKey : null : may.Contains("desk", StringComparison.Ordinal) ? Desk : Supervisor;
            if (key is null)
                continue;
            var answer = await ticket.ActAsync(key, action, body);
            if (answer.Status != HttpStatusCode.Conflict || answer.Code is not "wrongState")
                wrong.Add($"{action}: {(int)answer.Status} {answer.Code}");
        }

        Assert.Empty(wrong);
        Assert.Equal(version, (await ticket.SeenByAsync(Desk)).ETag);
    }

    [Theory]
    [MemberData(nameof(States))]
    public async Task Action_InAStateThatAllowsIt_IsDone(string state)
    {
        foreach (var (action, body, may) in Actions.Where(a => Allowed(state).Split(' ').Contains(a.Action)))
        {
            var ticket = await InAsync(state);
            if (action == "delegate")
            {
                // The catalogue's lead for noise has nobody below it.
                (await ticket.DeskAsync("reassign", new { leadUnitId = "city-housing", note = "改派" })).Ok();
                (await ticket.LeadAsync("sign")).Ok();
            }

            var right = action == "merge" ? new { into = (await DispatchedAsync(app)).Number } : body;
            (await ticket.ActAsync(may == "lead" ? ticket.LeadKey : may == "supervisor" ? Supervisor : Desk, action, right)).Ok();
        }
    }

    private async Task<TicketScenario> WithCoUnitAsync()
    {
        var ticket = await AtDeskAsync(app);
        (await ticket.DeskAsync("dispatch", new { leadUnitId = "city-housing", coUnitIds = new[] { "city-environment" } })).Ok();
        return ticket;
    }

    private async Task<TicketScenario> InAsync(string state)
    {
        switch (state)
        {
            case "Received":
                return await AtDeskAsync(app);
            case "Dispatched":
                return await DispatchedAsync(app);
            case "InProgress":
                return await SignedAsync(app);
            case "Answered":
                return await AnsweredAsync(app);
            case "CallbackDue":
                return await AwaitingCallbackAsync(app);
            case "Closed":
                return await ClosedAsync(app);
        }

        var ticket = await DispatchedAsync(app);
        (state switch
        {
            "Merged" => await ticket.DeskAsync("merge", new { into = (await DispatchedAsync(app)).Number }),
            "Declined" => await ticket.DeskAsync("decline", new { reason = "vague", text = "不明确" }),
            "HandedOver" => await ticket.DeskAsync("handover", new { service = "110", takenBy = "接警员" }),
            _ => await ticket.DeskAsync("terminate", new { reason = "repeated", text = "重复" }),
        }).Ok();
        return ticket;
    }
}
