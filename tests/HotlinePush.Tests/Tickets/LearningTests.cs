using System.Net.Http.Json;
using System.Text.Json;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Tickets;

/// <summary>What a person at the desk decides, the classifier learns.</summary>
public sealed class LearningTests(HotlineApp app) : IClassFixture<HotlineApp>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dispatch_OfATicketThatWaitedForTheDesk_ConfirmsItsCategoryAndIsLearnt(bool named)
    {
        var filed = await app.Public.PostAsJsonAsync("/api/v1/tickets", new
        {
            type = "Suggestion",
            subject = "一点想法",
            description = $"希望城市越来越好。{(named ? 1 : 2)}",
            contact = new { phone = "19900000777" },
        });
        var number = (await filed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("number").GetString()!;
        var waiting = await app.Desk.GetFromJsonAsync<JsonElement>($"/api/v1/tickets/{number}");
        Assert.Equal("lowConfidence", waiting.GetProperty("deskReason").GetString());
        var suggestion = waiting.GetProperty("suggestions").EnumerateArray().First(s => s.GetProperty("unitId").ValueKind == JsonValueKind.String);
        var expected = named ? "zf" : suggestion.GetProperty("categoryId").GetString();

        var answer = await app.Desk.PostAsJsonAsync(
            $"/api/v1/tickets/{number}/actions/dispatch", new { leadUnitId = suggestion.GetProperty("unitId").GetString(), categoryId = named ? "zf" : null });

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Equal(expected, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("categoryId").GetString());
        await app.AdvanceAsync(TimeSpan.FromSeconds(1));
        var store = app.Services().GetRequiredService<ITableStore>();
        var learnt = (WorkShard.Of(number).Index % 16).ToString("x1");
        Assert.NotNull(await store.ReadAsync("learnt", learnt, Keys.Of(number)));
    }

    [Fact]
    public async Task Dispatch_WithACategoryThatIsNone_IsRefused()
    {
        var filed = await app.Public.PostAsJsonAsync("/api/v1/tickets", new { type = "Suggestion", subject = "一点想法", description = "希望城市越来越好。", contact = new { phone = "19900000777" } });
        var number = (await filed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("number").GetString()!;

        var answer = await app.Desk.PostAsJsonAsync($"/api/v1/tickets/{number}/actions/dispatch", new { leadUnitId = "city-housing", categoryId = "nonsense" });

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("categoryId", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
