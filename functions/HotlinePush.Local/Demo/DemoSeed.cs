using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Local.Demo;

/// <summary>The folder cannot be seeded; the message says why.</summary>
public sealed class DemoSeedException(string message) : Exception(message);

/// <param name="Tickets">How many requests have a past; 0 for the set-up and the keys alone.</param>
public sealed record DemoSeedOptions(int Tickets);

/// <summary>Fills an empty folder with the fictional city: set-up, keys, and a few hundred tickets in every state over past weeks.</summary>
public sealed class DemoSeed(
    ITableStore store, SetupStore setup, CitySource cities, ApiKeys apiKeys, TicketActions actions, TicketRouting routing, TicketStore tickets, KeyRing keys, ProductClock clock,
    IServiceProvider services, DemoSeedOptions options, ILogger<DemoSeed> log)
{
    private const string Table = "demo";
    private const string Partition = "seed";

    /// <summary>Seeds an empty folder; goes on where an earlier run was cut off; leaves a seeded one as it is.</summary>
    /// <exception cref="DemoSeedException">The folder holds data that no demonstration made.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        if (await store.ReadAsync(Table, Partition, "done", ct) is not null)
            return;
        if (await store.ReadAsync(Table, Partition, "begun", ct) is null)
        {
            if (await setup.ReadStampAsync(ct) != "")
                throw new DemoSeedException("This folder holds data that is not a demonstration's. --demo takes an empty folder: name another with --data.");
            await MarkAsync("begun", ct);
        }

        await SetUpAsync(ct);
        await DemoKeys.IssueAsync(apiKeys, ct);
        foreach (var part in DemoParts.BeforeTickets)
            await part(services, ct);
        if (options.Tickets > 0)
            await SeedTicketsAsync(ct);
        foreach (var part in DemoParts.AfterTickets)
            await part(services, ct);
        await MarkAsync("done", ct);
    }

    private Task MarkAsync(string mark, CancellationToken ct) => store.CommitAsync(new Batch(Table, Partition).Upsert(mark, "{}"u8.ToArray()), ct);

    private async Task SetUpAsync(CancellationToken ct)
    {
        // Stored as the set-up's own endpoint stores them: phones in E.164.
        await PutAsync(SetupNames.Units, [.. DemoCity.Units.Select(u => u with { Contacts = [.. (u.Contacts ?? []).Select(c => c with { Phone = Normal(c.Phone) })] })]);
        await PutAsync(SetupNames.Areas, DemoCity.Areas);
        await PutAsync(SetupNames.Categories, DemoCity.Categories);
        await PutAsync(SetupNames.Catalogue, DemoCity.Catalogue);
        cities.Forget();

        async Task PutAsync<T>(string name, IReadOnlyList<T> items)
        {
            var read = await setup.ReadAsync<IReadOnlyList<T>>(name, [], ct);
            if (read.Version == 0)
                await setup.ReplaceAsync(name, items, read, [], ct);
        }
    }

    private async Task SeedTicketsAsync(CancellationToken ct)
    {
        var city = await cities.GetAsync(ct);
        var now = clock.GetUtcNow();
        var told = DemoTickets.Several(options.Tickets);
        var numbers = new Dictionary<string, string>(StringComparer.Ordinal);
        var lives = told.Select((ticket, i) => new DemoLifeStory(ticket, i, city, now)).ToArray();
        // Targets of merges first.
        foreach (var group in lives.GroupBy(l => l.Ticket.Life == DemoLife.Merged).OrderBy(g => g.Key))
            await Parallel.ForEachAsync(group, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = ct }, async (life, inner) =>
            {
                if (await tickets.ReadAsync(life.Number, inner) is null)
                    await actions.CreateAsync(life.Tell(Hash(life.Ticket.Contact), routing.Route, numbers), inner, quiet: true);
                lock (numbers)
                    numbers[life.Ticket.Subject] = life.Number;
            });
        foreach (var life in lives.Where(l => l.Ticket.Life == DemoLife.Merged && l.Ticket.Code is not null))
            if (numbers.TryGetValue(life.Ticket.Code!, out var target))
                await actions.ActAsync(life.Number, new MergeInto(target), DemoLifeStory.Desk, null, ct);
        log.LogInformation("Seeded {Count} tickets", lives.Length);
    }

    private static string? Normal(string? phone) => PhoneNumber.TryParse(phone, out var e164) ? e164 : phone;

    private string? Hash(DemoContact contact)
    {
        _ = PhoneNumber.TryParse(contact.Phone, out var phone);
        return TicketFiling.PersonHash(keys, phone, contact.Email);
    }
}
