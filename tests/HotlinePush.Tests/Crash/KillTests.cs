using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using HotlinePush.Local;
using HotlinePush.Security;
using HotlinePush.Sqlite;
using HotlinePush.Tests.Support;
using HotlinePush.Tickets;
using HotlinePush.Units;
using Xunit.Abstractions;

namespace HotlinePush.Tests.Crash;

/// <summary>
/// The host under load, killed at random moments and started again on the same folder. What a client was told must hold: nothing
/// acknowledged is lost, nothing is done twice. <c>HOTLINE_KILLS</c> sets the number of kills, <c>HOTLINE_SEED</c> the random moments.
/// </summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Clients = 5;

    private readonly TemporaryFolder _folder = new();
    private readonly Journal _journal = new();

    public void Dispose() => _folder.Dispose();

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    [Fact]
    public async Task Host_WhenKilledAgainAndAgainUnderLoad_LosesNothingAcknowledgedAndDoublesNothing()
    {
        var kills = Setting("HOTLINE_KILLS", 12);
        var seed = Setting("HOTLINE_SEED", Random.Shared.Next());
        output.WriteLine($"HOTLINE_SEED={seed}");
        var random = new Random(seed);
        var data = _folder.File("data");
        var address = new Uri($"http://127.0.0.1:{HostProcess.FreePort()}");
        string[] args = ["--demo", "--seed", "0", "--no-limits", "--no-browser", "--data", data, "--urls", address.ToString().TrimEnd('/')];
        var watch = Stopwatch.StartNew();

        LoadClient[]? clients = null;
        for (var round = 0; round < kills; round++)
        {
            using var host = HostProcess.Start(args);
            using var http = Client(address);
            if (clients is null)
                await host.AnswersAsync(http, "/readyz");
            else
                // From the first moment it listens: what clients meet then must be as sound as later.
                await host.AnswersAsync(http, "/healthz");
            clients ??= [.. Enumerable.Range(0, Clients).Select(i => new LoadClient(Client(address), _journal, i, new Random(random.Next())))];
            await LookAtClockAsync(http);
            using var stop = new CancellationTokenSource();
            var load = clients.Select(c => Task.Run(() => c.RunAsync(stop.Token))).Append(Task.Run(() => MoveClockAsync(http, new Random(random.Next()), stop.Token))).ToArray();
            // By what it has done rather than by the clock, so that a slow machine kills it at work too.
            var enough = Volatile.Read(ref _journal.Answers) + random.Next(1, 80);
            for (var waited = Stopwatch.StartNew(); Volatile.Read(ref _journal.Answers) < enough && waited.Elapsed < TimeSpan.FromSeconds(8);)
                await Task.Delay(2);
            await Task.Delay(random.Next(40));
            Assert.False(host.HasExited, host.Output);
            await host.KillAsync();
            if (host.Output.IndexOf("fail:", StringComparison.Ordinal) is var failed and >= 0)
                _journal.Problems.Enqueue(host.Output[failed..Math.Min(host.Output.Length, failed + 2_000)]);
            await stop.CancelAsync();
            await Task.WhenAll(load);
        }

        DateTimeOffset now;
        using (var host = HostProcess.Start(args))
        {
            using var http = Client(address);
            await host.AnswersAsync(http, "/readyz");
            await LookAtClockAsync(http);
            await LoadClient.RepeatAllAsync(http, _journal);
            await MergesSettledAsync(http);
            await AdvanceAsync(http, TimeSpan.FromSeconds(1), CancellationToken.None);
            now = await LookAtClockAsync(http);
            await CheckAnswersAsync(http);
            Assert.True(await host.StopAsync() == 0, host.Output);
            Assert.DoesNotContain("fail:", host.Output, StringComparison.Ordinal);
        }

        var reckoning = await ReckonAsync(data, now, DateTimeOffset.MinValue);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{kills} kills in {watch.Elapsed.TotalSeconds:F0} s: {_journal.Acknowledged.Count} tickets and {_journal.Acted.Count} actions acknowledged, {_journal.Repeats} repeats, {reckoning.Reminders} reminders, {reckoning.Texts} texts, {_journal.CutOff} requests cut off"));
        CheckJournal(reckoning);
        Assert.True(_journal.Problems.IsEmpty && reckoning.Problems.Count == 0, string.Join('\n', _journal.Problems.Concat(reckoning.Problems).Take(50)));
        Assert.True(_journal.Acknowledged.Count >= kills && !_journal.Acted.IsEmpty, "There was hardly any load.");
    }

    /// <summary>A merge that was cut off is looked at some seconds later: nothing else is scheduled in the tickets' queue.</summary>
    private static async Task MergesSettledAsync(HttpClient http)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(1);)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/health");
            request.Headers.Authorization = new("Bearer", "demo-admin");
            using var answer = await http.SendAsync(request);
            using var health = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            var tickets = health.RootElement.GetProperty("queues").EnumerateArray().First(q => q.GetProperty("queue").GetString() == "tickets");
            if (tickets.GetProperty("scheduled").GetInt32() == 0)
                return;
            await Task.Delay(200);
        }
    }

    private static HttpClient Client(Uri address) => new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(100) };

    private async Task MoveClockAsync(HttpClient http, Random random, CancellationToken ct)
    {
        try
        {
            while (!ct.IsCancellationRequested)
            {
                await Task.Delay(random.Next(400), ct);
                await AdvanceAsync(http, TimeSpan.FromMinutes(random.Next(4) == 0 ? random.Next(600, 4000) : random.Next(5, 600)), ct);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // Killed under way: that is what it is for.
        }
    }

    private async Task AdvanceAsync(HttpClient http, TimeSpan span, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/demo/clock") { Content = JsonContent.Create(new { advance = span.ToString(@"d\.hh\:mm\:ss") }) };
        await ReadClockAsync(http, request, false, ct);
    }

    private async Task<DateTimeOffset> LookAtClockAsync(HttpClient http)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/demo/clock");
        return await ReadClockAsync(http, request, true, CancellationToken.None);
    }

    private async Task<DateTimeOffset> ReadClockAsync(HttpClient http, HttpRequestMessage request, bool asked, CancellationToken ct)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "demo-admin");
        using var answer = await http.SendAsync(request, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        _journal.Saw("clock", answer.StatusCode, text);
        if (!answer.IsSuccessStatusCode)
            return default;
        var now = JsonDocument.Parse(text).RootElement.GetProperty("now").GetDateTimeOffset();
        _journal.SawClock(now, asked);
        return now;
    }

    /// <summary>Each acknowledged ticket by its number, and each once in the city's list.</summary>
    private async Task CheckAnswersAsync(HttpClient http)
    {
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "demo-desk");
        foreach (var (number, subject) in _journal.Acknowledged)
            if (await http.GetFromJsonAsync<JsonElement>($"/api/v1/tickets/{number}") is var ticket && ticket.GetProperty("subject").GetString() != subject)
                _journal.Problems.Enqueue($"{number} was {subject} and is {ticket}");
        var listed = new List<string>();
        string? next = null;
        do
        {
            var page = await http.GetFromJsonAsync<JsonElement>($"/api/v1/tickets?limit=200{(next is null ? "" : "&after=" + Uri.EscapeDataString(next))}");
            listed.AddRange(page.GetProperty("items").EnumerateArray().Select(t => t.GetProperty("number").GetString()!));
            next = page.TryGetProperty("next", out var n) ? n.GetString() : null;
        }
        while (next is not null);
        foreach (var number in _journal.Acknowledged.Keys.Except(listed))
            _journal.Problems.Enqueue($"{number} is in no day's list.");
        foreach (var twice in listed.GroupBy(l => l).Where(g => g.Count() > 1))
            _journal.Problems.Enqueue($"{twice.Key} is listed {twice.Count()} times.");
    }

    private static async Task<Reckoning> ReckonAsync(string data, DateTimeOffset now, DateTimeOffset toldSince)
    {
        using var database = SqliteDatabase.Open(data);
        var store = new SqliteTableStore(database);
        var keys = KeyFile.Load(new LocalOptions { Data = data }.Keys);
        var city = await new CitySource(new SetupStore(store, null!), TimeProvider.System).GetAsync();
        return await Reckoning.OfAsync(store, StoredRows.Of(database), keys, city, now, toldSince, TimeSpan.FromMinutes(2));
    }

    private void CheckJournal(Reckoning reckoning)
    {
        foreach (var (number, subject) in _journal.Acknowledged)
            if (!reckoning.Tickets.TryGetValue(number, out var ticket) || ticket.Ticket.Subject != subject)
                _journal.Problems.Enqueue($"{number} ({subject}) was acknowledged and is not there.");
        foreach (var group in reckoning.Tickets.Values.GroupBy(t => t.Ticket.Subject!))
        {
            if (!_journal.Sent.ContainsKey(group.Key))
                _journal.Problems.Enqueue($"Nobody filed {group.Key}.");
            if (group.Count() > 1)
                _journal.Problems.Enqueue($"{group.Key} is there {group.Count()} times.");
        }

        foreach (var (number, action, note) in _journal.Acted)
        {
            var history = reckoning.Tickets[number].History;
            var found = note is null ? Math.Min(1, history.Count(e => e.Action == action)) : history.Count(e => e.Action == action && e.Note == note);
            if (found != 1)
                _journal.Problems.Enqueue($"{number}: {action} {note} was acknowledged and is in the history {found} times.");
        }
    }
}
