using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace HotlinePush.Tests.Crash;

/// <summary>One client: files tickets, repeats itself, and takes its own tickets through their lives as desk, unit and supervisor would.</summary>
internal sealed class LoadClient(HttpClient http, Journal journal, int id, Random random)
{
    private const string Tickets = "/api/v1/tickets";

    private static readonly string[] Texts =
    [
        "工地每天施工到凌晨两点，噪音很大，无法休息。",
        "路灯坏了一周没有人修，晚上出行不安全。",
        "小区垃圾三天没有清运，气味难闻。",
        "想问一下这件事归谁管。",
        "邻居家着火了，浓烟很大！",
    ];

    private readonly Dictionary<string, Own> _own = new(StringComparer.Ordinal);
    private int _count;

    private sealed record Own(string State, string? Unit, bool Unsure);

    /// <summary>Until told to stop, or the host is gone.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (!ct.IsCancellationRequested)
                await (random.Next(100) switch
                {
                    < 40 => FileAsync(ct),
                    < 55 => RepeatAsync(ct),
                    < 60 => MergeAsync(ct),
                    _ => ActAsync(ct),
                });
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            Interlocked.Increment(ref journal.CutOff);
        }
    }

    /// <summary>Every key of this client again: the answer is the first one, to the byte.</summary>
    public static async Task RepeatAllAsync(HttpClient http, Journal journal)
    {
        var unanswered = journal.Keyed.Values.Where(k => k.Answer is null).ToList();
        foreach (var create in journal.Keyed.Values.Where(k => k.Answer is not null))
            await RepeatAsync(http, journal, create, default);
        while (unanswered.Count > 0)
        {
            foreach (var create in unanswered)
                await RepeatAsync(http, journal, create, default);
            unanswered.RemoveAll(k => k.Answer is not null);
            if (unanswered.Count > 0)
                // The lease of an attempt that a kill cut off has to end.
                await Task.Delay(500);
        }
    }

    private async Task FileAsync(CancellationToken ct)
    {
        var subject = $"客户{id}的第{++_count}件";
        var confidential = random.Next(8) == 0;
        var byDesk = random.Next(3) == 0;
        var type = random.Next(2) == 0 ? "Complaint" : "Help";
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            type,
            subject,
            description = Texts[random.Next(Texts.Length)],
            categoryId = random.Next(4) == 0 ? null : "cxjs",
            areaId = "990101",
            contact = new { name = "某某", phone = $"1990000{1000 + random.Next(9000):D4}", anonymous = false, confidential },
            priority = byDesk && random.Next(3) == 0 ? "urgent" : "normal",
        });
        var create = new KeyedCreate(Guid.NewGuid().ToString("N"), byDesk ? "demo-desk" : null, body);
        journal.Sent[subject] = true;
        var keyed = random.Next(2) == 0;
        if (keyed)
            journal.Keyed[subject] = create;
        var (status, answer) = await PostAsync(http, create, keyed, ct);
        journal.Saw("file", status, Encoding.UTF8.GetString(answer));
        if (status != HttpStatusCode.Created)
            return;
        create.Answer = (status, answer);
        Note(journal, create);
        var ticket = JsonDocument.Parse(answer).RootElement;
        _own[ticket.GetProperty("number").GetString()!] = Read(ticket);
    }

    private async Task RepeatAsync(CancellationToken ct)
    {
        var mine = journal.Keyed.Where(k => k.Key.StartsWith($"客户{id}的", StringComparison.Ordinal)).Select(k => k.Value).ToArray();
        if (mine.Length > 0)
            await RepeatAsync(http, journal, mine[random.Next(mine.Length)], ct);
    }

    private static async Task RepeatAsync(HttpClient http, Journal journal, KeyedCreate create, CancellationToken ct)
    {
        var (status, answer) = await PostAsync(http, create, true, ct);
        Interlocked.Increment(ref journal.Repeats);
        if (create.Answer is { } first)
        {
            if (status != first.Status || !answer.AsSpan().SequenceEqual(first.Body))
                journal.Problems.Enqueue($"Key {create.Key} answered {Encoding.UTF8.GetString(first.Body)}, then {(int)status} {Encoding.UTF8.GetString(answer)}");
            return;
        }

        if (status == HttpStatusCode.Conflict)
            return;
        journal.Saw("repeat", status, Encoding.UTF8.GetString(answer));
        create.Answer = (status, answer);
        Note(journal, create);
    }

    private async Task ActAsync(CancellationToken ct)
    {
        if (_own.Count == 0)
            return;
        var (number, own) = _own.ElementAt(random.Next(_own.Count));
        if (own.Unsure)
        {
            using var look = await SendAsync(HttpMethod.Get, $"{Tickets}/{number}", "demo-desk", null, ct);
            var text = await look.Content.ReadAsStringAsync(ct);
            journal.Saw("look", look.StatusCode, text);
            if (look.IsSuccessStatusCode)
                _own[number] = Read(JsonDocument.Parse(text).RootElement);
            return;
        }

        var unit = "demo-unit-" + own.Unit;
        var note = $"{number}号备注{Guid.NewGuid():N}";
        if (own.State is not ("Received" or "Dispatched" or "InProgress" or "Answered"))
        {
            _own.Remove(number);
            return;
        }

        await (random.Next(4) == 0 ? DoAsync("follow-up", "demo-desk", new { text = note }, note) : own.State switch
        {
            "Received" => DoAsync("dispatch", "demo-desk", new { leadUnitId = "city-housing", unitText = note }, null),
            "Dispatched" => DoAsync("sign", unit, new { }, null),
            "InProgress" when random.Next(3) == 0 => DoAsync("contact", unit, new { note }, note),
            "InProgress" when random.Next(2) == 0 => DoAsync("answer", unit, new { text = note, outcome = "resolved" }, note),
            "InProgress" => DoAsync("extend", unit, new { workingDays = 1, reason = "complex" }, null),
            _ => random.Next(2) == 0
                ? DoAsync("audit", "demo-desk", new { accept = random.Next(4) > 0, note }, note)
                : DoAsync("callback", "demo-desk", new { reached = true, resolved = true, satisfied = true, note }, note),
        });

        Task DoAsync(string action, string key, object body, string? noted) => PostActionAsync(number, action, key, body, noted, ct);
    }

    /// <summary>The newest of this client's open tickets into another.</summary>
    private async Task MergeAsync(CancellationToken ct)
    {
        var open = _own.Where(o => o.Value is { Unsure: false, State: "Received" or "Dispatched" or "InProgress" }).Select(o => o.Key).ToArray();
        if (open.Length >= 4)
            await PostActionAsync(open[^1], "merge", "demo-desk", new { into = open[random.Next(open.Length - 1)] }, null, ct);
    }

    private async Task PostActionAsync(string number, string action, string key, object body, string? note, CancellationToken ct)
    {
        var before = _own[number];
        _own[number] = before with { Unsure = true };
        using var answer = await SendAsync(HttpMethod.Post, $"{Tickets}/{number}/actions/{action}", key, JsonSerializer.SerializeToUtf8Bytes(body), ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        // Reassigned meanwhile, or confidential and the other not: refused, and rightly so.
        if (answer.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.BadRequest) || (key == "demo-desk" && action != "merge"))
            journal.Saw(action, answer.StatusCode, text);
        if (!answer.IsSuccessStatusCode)
            return;
        journal.Acted.Enqueue((number, action, note));
        _own[number] = Read(JsonDocument.Parse(text).RootElement);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? key, byte[]? body, CancellationToken ct)
    {
        using var request = Request(method, path, key, body);
        return await http.SendAsync(request, ct);
    }

    private static async Task<(HttpStatusCode, byte[])> PostAsync(HttpClient http, KeyedCreate create, bool keyed, CancellationToken ct)
    {
        using var request = Request(HttpMethod.Post, Tickets, create.StaffKey, create.Body);
        if (keyed)
            request.Headers.Add("Idempotency-Key", create.Key);
        using var answer = await http.SendAsync(request, ct);
        return (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(ct));
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string? key, byte[]? body)
    {
        var request = new HttpRequestMessage(method, path);
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        return request;
    }

    private static void Note(Journal journal, KeyedCreate create)
    {
        if (create.Answer is not { Status: HttpStatusCode.Created } answer)
            return;
        var number = JsonDocument.Parse(answer.Body).RootElement.GetProperty("number").GetString()!;
        journal.Acknowledged[number] = JsonDocument.Parse(create.Body).RootElement.GetProperty("subject").GetString()!;
    }

    private static Own Read(JsonElement ticket) => new(
        ticket.GetProperty("state").GetString()!, ticket.TryGetProperty("leadUnitId", out var unit) ? unit.GetString() : null, false);
}
