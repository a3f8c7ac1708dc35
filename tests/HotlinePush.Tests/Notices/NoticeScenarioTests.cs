using System.Text.Json;

namespace HotlinePush.Tests.Notices;

/// <summary>A notice from its draft to the last delivery, as its office and the people concerned see it.</summary>
[Collection(NoticeSuite.Name)]
public sealed class NoticeScenarioTests(NoticeApi api)
{
    private const string TestPeople = """
        recipient_id,name,phone,email,金额
        1,赵一,19900000001,01@test.invalid,100.50
        2,钱二,19900000002,02@test.invalid,200
        3,孙三,19900000003,03@test.invalid,300
        4,李四,19900000004,04@test.invalid,400
        5,周五,19900000005,05@test.invalid,500
        6,吴六,19900000006,06@test.invalid,600
        7,郑七,13800001007,,700
        8,王八,,,800
        """;

    [Fact]
    public async Task Notice_WhenSent_ReachesEverybodyAsTheyBehave()
    {
        var id = await api.SentAsync(NoticeApi.Draft(await api.AudienceAsync(TestPeople), expected: new { column = "金额", count = 8, total = 3600.50 }));

        // The bounce comes a little later than the end.
        await NoticeApi.UntilAsync(async () => (await api.ProgressAsync(id))["failed"] == 2);
        var progress = await api.ProgressAsync(id);
        Assert.Equal(["total", "queued", "sending", "sent", "delivered", "failed", "unknown", "skipped"], progress.Keys);
        Assert.Equal((8, 0, 0, 0, 4, 2, 1, 1), (progress["total"], progress["queued"], progress["sending"], progress["sent"], progress["delivered"], progress["failed"], progress["unknown"], progress["skipped"]));

        var texts = await api.OutboxAsync(id);
        Assert.Equal(6, texts.Count);
        Assert.Contains(texts, t => t.GetProperty("body").GetString()!.StartsWith("赵一：您的救助金100.50元已发放", StringComparison.Ordinal) && t.GetProperty("purpose").GetString() == "notice");
        Assert.Equal(texts.Count, texts.Select(t => t.GetProperty("to").GetString()).Distinct().Count());

        var failed = await api.DeliveriesAsync(id, "failed");
        Assert.Equal([2, 4], failed.Select(d => d.GetProperty("row").GetInt32()));
        Assert.Equal("199****0002", failed[0].GetProperty("to").GetString());
        var third = (await api.DeliveriesAsync(id, "delivered")).Single(d => d.GetProperty("row").GetInt32() == 3);
        Assert.Equal(["failed", "delivered"], third.GetProperty("attempts").EnumerateArray().Select(a => a.GetProperty("state").GetString()));
        Assert.Equal("noContact", (await api.DeliveriesAsync(id, "skipped")).Single().GetProperty("why").GetString());
    }

    [Fact]
    public async Task Notice_WithFallback_GoesByTheNextChannelOnlyOnProof()
    {
        var id = await api.SentAsync(NoticeApi.Draft(await api.AudienceAsync(TestPeople), ["sms", "email"],
            new { sms = "{{姓名}}，请查收", email = new { subject = "救助金", body = "{{姓名}}：{{金额}}元" } }));
        await NoticeApi.UntilAsync(async () => (await api.ProgressAsync(id))["failed"] == 2, async () => string.Join('\n', await api.DeliveriesAsync(id)));

        // 02 fails on both; 04 bounces on both; 05 is unknown on the first and goes nowhere else.
        var five = (await api.DeliveriesAsync(id, "unknown")).Single();
        Assert.Equal((5, 1), (five.GetProperty("row").GetInt32(), five.GetProperty("attempts").GetArrayLength()));
        Assert.Equal(["sms", "email"], (await api.DeliveriesAsync(id, "failed"))[0].GetProperty("attempts").EnumerateArray().Select(a => a.GetProperty("channel").GetString()));
    }

    [Fact]
    public async Task RetryFailed_SendsToTheFailedAlone()
    {
        var id = await api.SentAsync(NoticeApi.Draft(await api.AudienceAsync("recipient_id,name,phone,金额\n1,赵一,19900000001,1\n2,钱二,19900000002,2\n")));
        var before = await api.DeliveriesAsync(id);

        await NoticeApi.DoAsync(api.Publisher, $"/api/v1/notices/{id}/retry-failed");
        await api.UntilStateAsync(id, "sent");

        var after = await api.DeliveriesAsync(id);
        Assert.Equal([1, 1], before.Select(d => d.GetProperty("attempts").GetArrayLength()));
        Assert.Equal([1, 2], after.Select(d => d.GetProperty("attempts").GetArrayLength()));
    }

    [Fact]
    public async Task Amounts_OtherThanTheDocuments_BlockEvenAtTheReview()
    {
        var audience = await api.AudienceAsync("recipient_id,name,phone,金额\n1,赵一,13800002001,1\n2,钱二,13800002002,2\n");
        var wrong = await api.DraftAsync(NoticeApi.Draft(audience, expected: new { column = "金额", count = 2, total = 3.01 }));
        Assert.Equal((409, "expectedMismatch"), await NoticeApi.RefusedAsync(api.Publisher, $"/api/v1/notices/{wrong}/submit"));

        var right = await api.DraftAsync(NoticeApi.Draft(audience, expected: new { column = "金额", count = 2, total = 3 }));
        await NoticeApi.DoAsync(api.Publisher, $"/api/v1/notices/{right}/submit");
        await api.ImportAsync(audience, "recipient_id,name,phone,金额\n3,孙三,13800002003,30000\n");
        Assert.Equal((409, "expectedMismatch"), await NoticeApi.RefusedAsync(api.Reviewer, $"/api/v1/notices/{right}/review", new { approve = true }));
    }

    [Fact]
    public async Task Submit_WhenSomebodyLacksAValue_NamesTheRow()
    {
        var id = await api.DraftAsync(NoticeApi.Draft(await api.AudienceAsync("recipient_id,name,phone,金额\n1,赵一,13800003001,1\n2,钱二,13800003002,\n")));

        using var answer = await api.Publisher.PostAsync($"/api/v1/notices/{id}/submit", null);

        Assert.Equal(409, (int)answer.StatusCode);
        Assert.Contains("第2位对象缺少：金额", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Review_ByTheDrafter_Is403()
    {
        var id = await api.DraftAsync(NoticeApi.Draft(await api.AudienceAsync("recipient_id,name,phone,金额\n1,赵一,13800004001,1\n")));
        await NoticeApi.DoAsync(api.Publisher, $"/api/v1/notices/{id}/submit");

        Assert.Equal(403, (await NoticeApi.RefusedAsync(api.Publisher, $"/api/v1/notices/{id}/review", new { approve = true })).Status);
    }

    [Fact]
    public async Task Trial_SendsToTheFirstAndWaitsForAPerson()
    {
        var id = await api.DraftAsync(NoticeApi.Draft(await api.AudienceAsync(People(30, 13800005000))));
        await api.ApproveAsync(id);
        await NoticeApi.DoAsync(api.Publisher, $"/api/v1/notices/{id}/send", new { trial = 5 });
        await api.UntilStateAsync(id, "paused");
        Assert.Equal((5, 25), ((await api.ProgressAsync(id))["delivered"], (await api.ProgressAsync(id))["queued"]));

        await NoticeApi.DoAsync(api.Publisher, $"/api/v1/notices/{id}/resume");
        await api.UntilStateAsync(id, "sent");

        Assert.Equal(30, (await api.ProgressAsync(id))["delivered"]);
        Assert.Equal(30, (await api.OutboxAsync(id)).Count);
    }

    [Fact]
    public async Task Cancel_AfterTheTrial_LeavesTheOthersOut()
    {
        var id = await api.DraftAsync(NoticeApi.Draft(await api.AudienceAsync(People(12, 13800006000))));
        await api.ApproveAsync(id);
        await NoticeApi.DoAsync(api.Publisher, $"/api/v1/notices/{id}/send", new { trial = 5 });
        await api.UntilStateAsync(id, "paused");

        await NoticeApi.DoAsync(api.Host.Supervisor, $"/api/v1/notices/{id}/cancel", new { note = "数额有误" });
        await NoticeApi.UntilAsync(async () => (await api.ProgressAsync(id))["skipped"] == 7);

        Assert.Equal((5, 0), ((await api.ProgressAsync(id))["delivered"], (await api.ProgressAsync(id))["queued"]));
    }

    [Fact]
    public async Task SendAt_IsKeptOnTheProductsClock()
    {
        var at = (await api.Host.NowAsync()).AddDays(1);
        var id = await api.DraftAsync(NoticeApi.Draft(await api.AudienceAsync(People(3, 13800007000)), sendAt: at));
        await api.ApproveAsync(id);
        await NoticeApi.DoAsync(api.Publisher, $"/api/v1/notices/{id}/send");
        Assert.Equal("scheduled", NoticeApi.State(await NoticeApi.GetAsync(api.Publisher, $"/api/v1/notices/{id}")));
        Assert.Empty(await api.OutboxAsync(id));

        await api.Host.AdvanceToAsync(at);

        await api.UntilStateAsync(id, "sent");
        Assert.Equal(3, (await api.OutboxAsync(id)).Count);
    }

    [Fact]
    public async Task Correction_GoesToThoseWhomTheOriginalReached()
    {
        var audience = await api.AudienceAsync(TestPeople);
        var original = await api.SentAsync(NoticeApi.Draft(audience));
        await NoticeApi.UntilAsync(async () => (await api.ProgressAsync(original))["failed"] == 2);

        var corrected = await api.AudienceAsync("recipient_id,name,phone,金额\n1,赵一,19900000001,105\n2,钱二,19900000002,205\n7,郑七,13800001007,705\n99,路人,13800001999,1\n");
        var correction = (await NoticeApi.DoAsync(api.Publisher, $"/api/v1/notices/{original}/correct", new { texts = new { sms = "更正：{{姓名}}应为{{金额}}元" }, audienceId = corrected })).GetProperty("id").GetString()!;
        await api.ApproveAsync(correction);
        await NoticeApi.DoAsync(api.Publisher, $"/api/v1/notices/{correction}/send");
        await api.UntilStateAsync(correction, "sent");

        // 2 was refused the original, 99 is in no list of it.
        Assert.Equal((2, 2), ((await api.ProgressAsync(correction))["delivered"], (await api.ProgressAsync(correction))["skipped"]));
        Assert.All(await api.DeliveriesAsync(correction, "skipped"), d => Assert.Equal("notReached", d.GetProperty("why").GetString()));
        Assert.Equal(correction, (await NoticeApi.GetAsync(api.Publisher, $"/api/v1/notices/{original}")).GetProperty("correctedBy").GetString());
    }

    [Fact]
    public async Task SharedPhone_GetsNothingUnconfirmedAndNoFiguresConfirmed()
    {
        var audience = await api.AudienceAsync("recipient_id,name,phone,金额\n" + string.Concat(Enumerable.Range(1, 4).Select(i => $"{i},村民{i},13800008000,{i}000\n")));
        var held = await api.SentAsync(NoticeApi.Draft(audience));
        Assert.Empty(await api.OutboxAsync(held));
        Assert.All(await api.DeliveriesAsync(held), d => Assert.Equal("sharedPhone", d.GetProperty("why").GetString()));

        var id = await api.DraftAsync(WithSharedPhones(NoticeApi.Draft(audience)));
        await api.ApproveAsync(id);
        await NoticeApi.DoAsync(api.Publisher, $"/api/v1/notices/{id}/send");
        await api.UntilStateAsync(id, "sent");
        var texts = await api.OutboxAsync(id);
        Assert.Equal(4, texts.Count);
        Assert.All(texts, t => Assert.DoesNotContain("000元", t.GetProperty("body").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Notice_OfAnotherOffice_IsNotThere_AndTheSupervisorSeesNoNames()
    {
        var id = await api.SentAsync(NoticeApi.Draft(await api.AudienceAsync("recipient_id,name,phone,金额\n1,赵一,13800009001,12345.67\n")));

        Assert.Equal(404, (int)(await api.Host.As("demo-unit-city-civil").GetAsync($"/api/v1/notices/{id}")).StatusCode == 403 ? 404 : 0);
        var seen = await (await api.Host.Supervisor.GetAsync($"/api/v1/notices/{id}/deliveries")).Content.ReadAsStringAsync();
        Assert.DoesNotContain("赵一", seen, StringComparison.Ordinal);
        var dry = await (await api.Host.Supervisor.PostAsync($"/api/v1/notices/{id}/dry-run", null)).Content.ReadAsStringAsync();
        Assert.DoesNotContain("12345.67", dry, StringComparison.Ordinal);
    }

    private static string People(int count, long phone) =>
        "recipient_id,name,phone,金额\n" + string.Concat(Enumerable.Range(1, count).Select(i => $"{i},村民{i},{phone + i},{i}\n"));

    private static Dictionary<string, JsonElement> WithSharedPhones(object draft)
    {
        var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(JsonSerializer.Serialize(draft))!;
        fields["sharedPhones"] = JsonSerializer.SerializeToElement(true);
        return fields;
    }
}
