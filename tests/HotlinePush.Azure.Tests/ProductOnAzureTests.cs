using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Azure.Tests;

/// <summary>The whole product with its rows in Azure Tables and its files in blobs; its messages go by the embedded bus.</summary>
public sealed class ProductOnAzureTests : IAsyncLifetime
{
    private readonly StorageEmulator _emulator = new();
    private readonly HotlineApp _app;

    public ProductOnAzureTests() => _app = new()
    {
        SeedTickets = 10,
        Change = services =>
        {
            services.Replace(ServiceDescriptor.Singleton<ITableStore>(_emulator.Store()));
            services.Replace(ServiceDescriptor.Singleton<IFileStore>(new AzureFileStore(_emulator.Container())));
        },
    };

    public Task InitializeAsync() => _app.InitializeAsync();

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _emulator.CleanAsync();
    }

    [Fact]
    public async Task Ticket_WhenLivedThroughOnAzureTables_StandsInItsListsAndIsTold()
    {
        var ticket = await ClosedAsync(_app);

        Assert.Equal("Closed", (await ticket.SeenByResidentAsync()).Ok().State);
        Assert.Equal(["received", "answered", "closed"], ((string[])["received", "answered", "closed"]).Intersect((await ticket.ToldAsync()).Select(t => t.Purpose.Replace("ticket", "", StringComparison.Ordinal).ToLowerInvariant())));
        var closed = (await SendAsync(_app, ticket.LeadKey, HttpMethod.Get, $"/api/v1/units/{ticket.Lead}/tickets?state=closed")).Ok();
        Assert.Contains(closed["items"].EnumerateArray(), t => t.GetProperty("number").GetString() == ticket.Number);
        Assert.Empty(_app.Warnings);
    }

    [Fact]
    public async Task Reminders_WhenDaysPassOnAzureTables_FireOnce()
    {
        var ticket = await DispatchedAsync(_app);

        await _app.AdvanceAsync(TimeSpan.FromDays(1));

        var reminders = (await ticket.HistoryAsync()).Where(e => e.GetProperty("action").GetString() == "remind").Select(e => e.GetProperty("details").GetRawText()).ToList();
        Assert.NotEmpty(reminders);
        Assert.Equal(reminders.Count, reminders.Distinct().Count());
    }
}
